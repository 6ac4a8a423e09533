import CNetlink
import FleetModel
import Glibc

extension SocketDiagnosis {
    /// The TCP sockets in some states, of both versions of IP.
    func tcpSockets(in states: Set<SocketState>) throws(NetlinkError) -> [TCPSocket] {
        var found: [TCPSocket] = []
        try visit(in: states) { entry, _ in
            if let socket = TCPSocket(entry) { found.append(socket) }
        }
        return found
    }

    /// How many connections wait to be accepted that would be lost if their listener were dumped now: all of TCP, and those
    /// of Unix sockets that CRIU cannot make anew.
    func waiting() throws(NetlinkError) -> Int {
        let queued = try tcpSockets(in: [.listening]).reduce(0) { $0 + $1.receiveQueue }
        return try queued + waitingOverUnixSockets()
    }

    /// Resets connections between processes of this namespace whose other end is not there. Their processes may run: what
    /// is just being connected may be seen by halves, but not twice.
    /// - Parameter own: the namespace's addresses beside those of its loopback.
    func resetHalves(at own: Set<IPv4Address>) throws(NetlinkError) {
        let seen = try halves(at: own)
        guard !seen.isEmpty else { return }
        let ones = Set(seen.map(\.identity))
        for half in try halves(at: own) where ones.contains(half.identity) { try destroy(half) }
    }

    private func halves(at own: Set<IPv4Address>) throws(NetlinkError) -> [TCPSocket] {
        TCPSocket.halves(of: try tcpSockets(in: SocketState.connected), at: own)
    }

    /// Ends a connection: its process is told that it was aborted. Succeeds when it is gone, and on a kernel that cannot do it
    /// (`CONFIG_INET_DIAG_DESTROY`), where it would fail for ever.
    func destroy(_ half: TCPSocket) throws(NetlinkError) {
        let message = NetlinkMessage(
            type: Int(SOCK_DESTROY), flags: Int(NLM_F_REQUEST | NLM_F_ACK), header: half.request)
        do throws(NetlinkError) {
            try socket.query("end of a connection", message) { _ in }
        } catch {
            guard [ENOENT, EOPNOTSUPP].contains(error.number) else { throw error }
        }
    }

    // MARK: Unix sockets

    /// The connections in queues of Unix sockets whose clients have written something that was not read, or are gone. CRIU
    /// connects the others anew.
    private func waitingOverUnixSockets() throws(NetlinkError) -> Int {
        var gone = 0
        var clients: Set<UInt32> = []
        try visitUnixSockets(in: [.listening]) { _, attributes in
            for attribute in attributes where attribute.type == UNIX_DIAG_ICONS {
                for offset in stride(from: 0, to: attribute.value.count & ~3, by: 4) {
                    let client = attribute.value.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
                    if client == 0 { gone += 1 } else { clients.insert(client) }
                }
            }
        }
        guard !clients.isEmpty else { return gone }
        var writers = 0
        try visitUnixSockets(in: [.established]) { socket, attributes in
            guard clients.contains(socket.udiag_ino) else { return }
            for attribute in attributes where attribute.type == UNIX_DIAG_RQLEN {
                guard attribute.value.count >= MemoryLayout<unix_diag_rqlen>.size else { continue }
                if attribute.value.loadUnaligned(as: unix_diag_rqlen.self).udiag_wqueue > 0 { writers += 1 }
            }
        }
        return gone + writers
    }

    private func visitUnixSockets(
        in states: Set<SocketState>, _ body: (unix_diag_msg, NetlinkAttributes) -> Void
    ) throws(NetlinkError) {
        var header = unix_diag_req()
        header.sdiag_family = UInt8(AF_UNIX)
        header.udiag_states = states.reduce(0) { $0 | 1 << UInt32($1.rawValue) }
        header.udiag_show = UInt32(UDIAG_SHOW_ICONS | UDIAG_SHOW_RQLEN)
        let message = NetlinkMessage(
            type: Int(SOCK_DIAG_BY_FAMILY), flags: Int(NLM_F_REQUEST | NLM_F_DUMP), header: header)
        try socket.query("list of Unix sockets", message) { payload in
            let size = MemoryLayout<unix_diag_msg>.size
            guard payload.count >= size else { return }
            let attributes = UnsafeRawBufferPointer(rebasing: payload[size...])
            body(payload.loadUnaligned(as: unix_diag_msg.self), NetlinkAttributes(attributes))
        }
    }
}
