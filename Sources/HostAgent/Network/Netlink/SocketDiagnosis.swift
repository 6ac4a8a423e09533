import CNetlink
import FleetModel
import Glibc

/// The kernel's list of the sockets of a network namespace (`NETLINK_SOCK_DIAG`).
///
/// It holds what no process knows of as well: connections in a listener's queue, and those whose process has closed them
/// or is gone, and which still send what is left.
package struct SocketDiagnosis: Sendable {
    let socket: NetlinkSocket

    /// Asks about the calling thread's network namespace, then and later.
    package init() throws(NetlinkError) {
        socket = try NetlinkSocket(family: NETLINK_SOCK_DIAG)
    }

    /// The sockets of a protocol in some states, of IPv4, and those of IPv6 that serve IPv4.
    package func sockets(
        of transport: Int = IPPROTO_TCP, in states: Set<SocketState>
    ) throws(NetlinkError) -> [NetworkSocket] {
        var found: [NetworkSocket] = []
        try visit(transport, in: states) { entry, _ in
            if let socket = NetworkSocket(entry) { found.append(socket) }
        }
        return found
    }

    /// The connections that are open and that a process has, by the numbers by which descriptors name them.
    package struct Open: Sendable, Hashable {
        /// All of them.
        package var all: Set<UInt32> = []
        /// Those of which CRIU's images must be amended: whose ends have not agreed upon scaling their windows, whose
        /// peer has ended its half, and whose window is shut. See `StreamImages`.
        package var toAmend: Set<UInt32> = []
    }

    /// The connections that are open.
    package func open() throws(NetlinkError) -> Open {
        var open = Open()
        try visit(in: SocketState.open, with: INET_DIAG_INFO) { entry, attributes in
            guard entry.idiag_inode != 0, let state = SocketState(rawValue: entry.idiag_state) else { return }
            open.all.insert(entry.idiag_inode)
            let information = attributes.connection
            if SocketState.endedByPeer.contains(state) || !scalesWindow(information) || hasShutWindow(information) {
                open.toAmend.insert(entry.idiag_inode)
            }
        }
        return open
    }

    /// Hands over what the kernel says of each socket of a protocol in some states, of both versions of IP.
    /// - Parameter information: the attribute that is to come with each socket; 0 for none.
    func visit(
        _ transport: Int = IPPROTO_TCP, in states: Set<SocketState>, with information: Int = 0,
        _ body: (inet_diag_msg, NetlinkAttributes) -> Void
    ) throws(NetlinkError) {
        for family in [AF_INET, AF_INET6] {
            var header = inet_diag_req_v2()
            header.sdiag_family = UInt8(family)
            header.sdiag_protocol = UInt8(transport)
            header.idiag_states = states.reduce(0) { $0 | 1 << UInt32($1.rawValue) }
            header.idiag_ext = information > 0 ? 1 << UInt8(information - 1) : 0
            let message = NetlinkMessage(
                type: Int(SOCK_DIAG_BY_FAMILY), flags: Int(NLM_F_REQUEST | NLM_F_DUMP), header: header)
            try socket.query("list of sockets", message) { payload in
                let size = MemoryLayout<inet_diag_msg>.size
                guard payload.count >= size else { return }
                body(
                    payload.loadUnaligned(as: inet_diag_msg.self),
                    NetlinkAttributes(UnsafeRawBufferPointer(rebasing: payload[size...])))
            }
        }
    }

    /// By what numbers processes' descriptors name the sockets of TCP and UDP that the kernel lists.
    package func inodes() throws(NetlinkError) -> Set<UInt32> {
        let states = SocketState.connected.union([.listening, .closed])
        var inodes: Set<UInt32> = []
        for transport in [IPPROTO_TCP, IPPROTO_UDP] {
            inodes.formUnion(try sockets(of: transport, in: states).map(\.inode))
        }
        return inodes
    }

    /// The addresses that must stay: those of open TCP connections, of connected UDP sockets, and of listeners that are
    /// bound to one.
    package func addressesInUse() throws(NetlinkError) -> Set<IPv4Address> {
        let connections = try sockets(in: SocketState.connected.union([.listening]))
        let datagrams = try sockets(of: IPPROTO_UDP, in: [.established, .closed])
        return Set((connections + datagrams).map(\.localAddress).filter { $0.number != 0 })
    }
}

extension NetlinkAttributes {
    /// What the kernel knows of a connection (`tcp_info`); empty where it does not say.
    fileprivate var connection: UnsafeRawBufferPointer {
        first { $0.type == INET_DIAG_INFO }?.value ?? UnsafeRawBufferPointer(start: nil, count: 0)
    }
}

/// Whether a connection's ends have agreed upon scaling.
private func scalesWindow(_ information: UnsafeRawBufferPointer) -> Bool {
    guard let options = MemoryLayout<tcp_info>.offset(of: \.tcpi_options), options < information.count else {
        return false
    }
    return Int32(information[options]) & TCPI_OPT_WSCALE != 0
}

/// Whether a connection takes nothing more for the time being. Kernels that do not tell (before 6.2) shut no window behind
/// what they have taken.
private func hasShutWindow(_ information: UnsafeRawBufferPointer) -> Bool {
    // `tcpi_rcv_wnd`, which the headers of older systems do not have.
    let place = 232
    guard place + 4 <= information.count else { return false }
    return information.loadUnaligned(fromByteOffset: place, as: UInt32.self) == 0
}

/// The state of a socket, by the kernel's numbers.
package enum SocketState: UInt8, Sendable {
    case established = 1
    case synSent, synReceived, finWait1, finWait2, timeWait
    /// For UDP: not connected.
    case closed
    case closeWait, lastAck, listening, closing, newSynReceived

    /// A handshake that is under way.
    static let handshake: Set<SocketState> = [.synReceived, .newSynReceived]
    /// The states of TCP in which an address is in use by a connection.
    static let connected: Set<SocketState> = [
        .established, .synSent, .synReceived, .finWait1, .finWait2, .closeWait, .lastAck, .closing, .newSynReceived,
    ]
    /// A connection that is made, and not over.
    static let open: Set<SocketState> = [.established, .finWait1, .finWait2, .closeWait, .lastAck, .closing]
    /// The peer has ended its half, and the container knows that.
    static let endedByPeer: Set<SocketState> = [.closeWait, .lastAck, .closing]
    /// The container has closed the connection, and the peer has not confirmed everything.
    static let ending: Set<SocketState> = [.finWait1, .finWait2, .closing, .lastAck]
}

/// A socket as the kernel lists it.
package struct NetworkSocket: Sendable, Hashable {
    /// Its state.
    package var state: SocketState
    /// Its own address; 0.0.0.0 for all.
    package var localAddress: IPv4Address
    /// Its own port.
    package var localPort: UInt16
    /// The peer's address.
    package var remoteAddress: IPv4Address
    /// The peer's port.
    package var remotePort: UInt16
    /// Bytes that wait to be read; of a listener the connections that wait to be accepted.
    package var receiveQueue: Int
    /// The number by which processes' descriptors name it; 0 when no process has it.
    package var inode: UInt32

    /// What the kernel says; `nil` for a socket that has nothing to do with IPv4.
    fileprivate init?(_ entry: inet_diag_msg) {
        guard let state = SocketState(rawValue: entry.idiag_state) else { return nil }
        let source = entry.id.idiag_src
        let destination = entry.id.idiag_dst
        switch Int32(entry.idiag_family) {
        case AF_INET:
            localAddress = IPv4Address(number: UInt32(bigEndian: source.0))
            remoteAddress = IPv4Address(number: UInt32(bigEndian: destination.0))
        case AF_INET6 where source.0 == 0 && source.1 == 0 && UInt32(bigEndian: source.2) == 0xFFFF:
            // ::ffff:a.b.c.d
            localAddress = IPv4Address(number: UInt32(bigEndian: source.3))
            remoteAddress = IPv4Address(number: UInt32(bigEndian: destination.3))
        case AF_INET6 where source.0 == 0 && source.1 == 0 && source.2 == 0 && source.3 == 0:
            // A listener on all addresses of both families.
            localAddress = IPv4Address(number: 0)
            remoteAddress = IPv4Address(number: 0)
        default:
            return nil
        }
        self.state = state
        localPort = UInt16(bigEndian: entry.id.idiag_sport)
        remotePort = UInt16(bigEndian: entry.id.idiag_dport)
        receiveQueue = Int(entry.idiag_rqueue)
        inode = entry.idiag_inode
    }

    /// The connection.
    package var connection: TCPConnection {
        TCPConnection(
            localAddress: localAddress, localPort: localPort, remoteAddress: remoteAddress, remotePort: remotePort)
    }

    /// Whether it leads out of the machine's own loopback.
    package var isLoopback: Bool { localAddress.number >> 24 == 127 }
}
