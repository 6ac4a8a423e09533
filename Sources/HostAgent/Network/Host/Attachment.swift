import FleetModel

/// What is wired up for a stay, as it is kept on disk. It is written before the kernel is asked for anything, so that
/// what an interrupted agent made can always be found again.
struct Attachment: Codable, Sendable, Hashable {
    /// The stay.
    let stay: Stay
    /// Its namespace.
    let namespace: NetworkNamespace
    /// The host's end of the pair of interfaces.
    let interface: String
    /// The hardware address inside.
    let innerAddress: LinkAddress
    /// The hardware address of the host's end.
    let outerAddress: LinkAddress
    /// The address for new connections.
    let address: IPv4Address
    /// Earlier addresses that are still there.
    var retained: [IPv4Address]
    /// Those of them that refuse new connections.
    var sealed: Set<IPv4Address> = []
    /// Connections that the container had closed when it left, and that are served to their end; `nil` for none.
    var closing: [TCPConnection]?
    /// How far it is.
    var phase: AttachmentPhase
    /// The number of the host's end among the host's interfaces; `nil` until it is made.
    var link: Int32?

    /// All addresses, the one for new connections first.
    var addresses: [IPv4Address] { [address] + retained }

    /// Whether packets may wait for it at the host's hold link.
    var mayWaitApart: Bool { phase == .building || phase == .expecting || phase == .entered }

    /// Whether it is whole and waits for `deliver`.
    var isHeld: Bool { phase == .holding || phase == .entered }

    /// The same for other parts of the agent.
    var published: NetworkAttachment {
        NetworkAttachment(stay: stay, namespace: namespace, address: address, retainedAddresses: retained)
    }
}

/// How far an attachment is.
enum AttachmentPhase: String, Codable, Sendable {
    /// Being made; may be there in parts.
    case building
    /// Packets wait apart, and the namespace comes with the container's restore.
    case expecting
    /// Whole; packets still wait apart.
    case entered
    /// Whole; packets wait.
    case holding
    /// Whole; packets are delivered.
    case delivering
    /// Whole; packets leave for the gateway again.
    case diverted
    /// The container is gone; only connections that it had closed are served.
    case lingering
}

extension Attachment {
    /// Marks packets of closing connections, and names the routing table that leads them here: unique on the host.
    var mark: UInt32? { link.map { 0x5200_0000 | UInt32($0) } }
}

extension Stay {
    /// The name of the host's end of the stay's pair of interfaces: `rlc` and 12 hexadecimal digits of a hash (FNV-1a)
    /// of the stay's name, the kernel's limit being 15 bytes. All filters go by the prefix.
    var interfaceName: String {
        let hash = description.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) {
            ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3
        }
        let digits = String(hash & 0xFFFF_FFFF_FFFF, radix: 16)
        return "rlc" + String(repeating: "0", count: 12 - digits.count) + digits
    }
}
