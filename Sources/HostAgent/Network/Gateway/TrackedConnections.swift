import CNetlink
import FleetModel
import Glibc

/// The part of an attribute's type that is its number (`NLA_TYPE_MASK`); the rest says that it holds others.
private let typeMask = 0x3FFF

/// Connections that the gateway's kernel tracks: it translates their packets by what it decided for the first of them.
struct TrackedConnections: Sendable {
    private let socket: NetlinkSocket

    /// Asks about the calling thread's network namespace, then and later.
    init() throws(NetlinkError) {
        socket = try NetlinkSocket(family: NETLINK_NETFILTER)
    }

    /// Forgets handshakes with some virtual addresses that do not lead to the containers' addresses given for them.
    ///
    /// A client whose first packet found no room in a listener's queue sends it again after seconds. By then the
    /// container may have another address, and the tracked handshake still leads to the one before, which takes no new
    /// connections. So this is done when a virtual address is announced anew: the next packet of the client begins a
    /// new one.
    ///
    /// A handshake that has been answered goes on: the container has it, at the address that it began with, and the client's
    /// next packet is under way for as long as the distance between them takes.
    func forgetHandshakes(but present: [IPv4Address: IPv4Address]) throws(NetlinkError) {
        try forget("handshakes", among: Self.handshakes) { entry in
            present[entry.virtual].map { $0 != entry.container } ?? false
        }
    }

    /// Forgets all that leads to addresses which no container has any more, but for marked connections: they have stayed
    /// behind, where they are served until they end.
    ///
    /// The kernel keeps a connection whose end it did not see for days. A client that uses the port again is the same
    /// connection to the kernel, which would lead it to an address that is no longer there, or is another container's.
    func forget(leadingTo addresses: [IPv4Address]) throws(NetlinkError) {
        for address in addresses {
            try forget("connections to \(address)", among: Self.connections(to: address)) {
                $0.container == address && $0.mark == 0
            }
        }
    }

    /// Marks connections, whichever end has begun them. Those that are not tracked are passed over.
    func mark(_ connections: [TCPConnection], with mark: UInt32) throws(NetlinkError) {
        try socket.perform(
            connections.flatMap { connection in
                [CTA_TUPLE_ORIG, CTA_TUPLE_REPLY].map { direction in
                    var message = NetlinkMessage(
                        type: Self.type(IPCTNL_MSG_CT_NEW), flags: Int(NLM_F_REQUEST | NLM_F_ACK), header: Self.header)
                    message.append(nested: direction) { $0.append(tuple: connection) }
                    message.append(Int(CTA_MARK.rawValue), value: mark.bigEndian)
                    return NetlinkRequest(subject: "mark of \(connection)", message: message, tolerated: [ENOENT])
                }
            })
    }

    private func forget(
        _ subject: String, among list: NetlinkMessage, where isMeant: (Entry) -> Bool
    ) throws(NetlinkError) {
        var found: [[UInt8]] = []
        try socket.query("list of \(subject)", list) { payload in
            guard let entry = Entry(payload), isMeant(entry) else { return }
            found.append(entry.original)
        }
        try socket.perform(
            found.map { original in
                var message = NetlinkMessage(
                    type: Self.type(IPCTNL_MSG_CT_DELETE), flags: Int(NLM_F_REQUEST | NLM_F_ACK), header: Self.header)
                message.append(Int(CTA_TUPLE_ORIG.rawValue) | Int(NLA_F_NESTED), bytes: original)
                return NetlinkRequest(subject: subject, message: message, tolerated: [ENOENT])
            })
    }

    private static var list: NetlinkMessage {
        NetlinkMessage(type: type(IPCTNL_MSG_CT_GET), flags: Int(NLM_F_REQUEST | NLM_F_DUMP), header: header)
    }

    /// All connections of which only first packets have been seen, and no answer: the kernel leaves the others out.
    private static var handshakes: NetlinkMessage {
        var message = list
        message.append(Int(CTA_STATUS.rawValue), value: UInt32(0))
        message.append(Int(CTA_STATUS_MASK.rawValue), value: UInt32(IPS_SEEN_REPLY.rawValue).bigEndian)
        return message
    }

    /// All connections that are answered by an address: the kernel leaves the others out (Linux 5.8; an older one gives
    /// them all).
    private static func connections(to address: IPv4Address) -> NetlinkMessage {
        var message = list
        message.append(nested: CTA_TUPLE_REPLY) { tuple in
            tuple.append(nested: CTA_TUPLE_IP) {
                $0.append(Int(CTA_IP_V4_SRC.rawValue), address: address)
            }
        }
        message.append(nested: CTA_FILTER) {
            $0.append(Int(CTA_FILTER_REPLY_FLAGS.rawValue), value: UInt32(1))  // CTA_FILTER_F_CTA_IP_SRC
        }
        return message
    }

    private static var header: nfgenmsg {
        nfgenmsg(nfgen_family: UInt8(AF_INET), version: UInt8(NFNETLINK_V0), res_id: 0)
    }

    private static func type(_ message: cntl_msg_types) -> Int {
        Int(NFNL_SUBSYS_CTNETLINK) << 8 | Int(message.rawValue)
    }

    /// One tracked connection.
    private struct Entry {
        /// Where the client has sent its packet.
        let virtual: IPv4Address
        /// Where it was led.
        let container: IPv4Address
        /// See `mark`; 0 for none.
        let mark: UInt32
        /// By what the kernel finds it: its first direction, as attributes.
        let original: [UInt8]

        init?(_ payload: UnsafeRawBufferPointer) {
            let size = MemoryLayout<nfgenmsg>.size
            guard payload.count >= size else { return nil }
            var virtual: IPv4Address?
            var container: IPv4Address?
            var mark: UInt32 = 0
            var original: [UInt8] = []
            for attribute in NetlinkAttributes(UnsafeRawBufferPointer(rebasing: payload[size...])) {
                switch attribute.type & typeMask {
                case Int(CTA_TUPLE_ORIG.rawValue):
                    virtual = Self.address(Int(CTA_IP_V4_DST.rawValue), in: attribute.value)
                    original = Array(attribute.value)
                case Int(CTA_TUPLE_REPLY.rawValue):
                    container = Self.address(Int(CTA_IP_V4_SRC.rawValue), in: attribute.value)
                case Int(CTA_MARK.rawValue) where attribute.value.count == 4:
                    mark = UInt32(bigEndian: attribute.value.loadUnaligned(as: UInt32.self))
                default: break
                }
            }
            guard let virtual, let container else { return nil }
            (self.virtual, self.container, self.mark, self.original) = (virtual, container, mark, original)
        }

        private static func address(_ wanted: Int, in tuple: UnsafeRawBufferPointer) -> IPv4Address? {
            for part in NetlinkAttributes(tuple) where part.type & typeMask == Int(CTA_TUPLE_IP.rawValue) {
                for field in NetlinkAttributes(part.value)
                where field.type & typeMask == wanted && field.value.count == 4 {
                    return IPv4Address(number: UInt32(bigEndian: field.value.loadUnaligned(as: UInt32.self)))
                }
            }
            return nil
        }
    }
}

extension NetlinkMessage {
    /// Appends an attribute that holds others, which `fill` appends.
    fileprivate mutating func append(
        nested attribute: some RawRepresentable<UInt32>, fill: (inout NetlinkMessage) -> Void
    ) {
        append(Int(attribute.rawValue) | Int(NLA_F_NESTED), fill: fill)
    }

    /// Appends what tells a connection from all others, in the direction away from the container.
    fileprivate mutating func append(tuple connection: TCPConnection) {
        append(nested: CTA_TUPLE_IP) {
            $0.append(Int(CTA_IP_V4_SRC.rawValue), address: connection.localAddress)
            $0.append(Int(CTA_IP_V4_DST.rawValue), address: connection.remoteAddress)
        }
        append(nested: CTA_TUPLE_PROTO) {
            $0.append(Int(CTA_PROTO_NUM.rawValue), value: UInt8(IPPROTO_TCP))
            $0.append(Int(CTA_PROTO_SRC_PORT.rawValue), value: connection.localPort.bigEndian)
            $0.append(Int(CTA_PROTO_DST_PORT.rawValue), value: connection.remotePort.bigEndian)
        }
    }
}
