import FleetModel
import Glibc
import HostAgent
import Synchronization

/// What went wrong on a client's connection.
struct ConnectionBroken: Error, CustomStringConvertible {
    let description: String
}

/// A TCP connection of a client in some network namespace. Its calls block, each at most for the connection's patience.
final class Connection: Sendable {
    private let descriptor: Int32
    private let received = Mutex<[UInt8]>([])

    init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// Connects from inside a namespace.
    /// - Parameters:
    ///   - room: how many bytes the kernel may keep that were not read; `nil` for what it likes.
    ///   - scaling: whether windows are scaled.
    /// - Throws: `NetlinkError` with the number of what the kernel said, such as `ECONNREFUSED`.
    static func open(
        in namespace: NetworkNamespace, to address: IPv4Address, port: UInt16, patience seconds: Int = 40,
        room: Int32? = nil, scaling: Bool = true
    ) async throws -> Connection {
        try await withNetworkNamespace(namespace) { () throws(NetlinkError) in
            // Put back at once: others connect from here too, and notice nothing worse.
            if !scaling { try Sysctl("ipv4/tcp_window_scaling", 0).apply() }
            defer { if !scaling { try? Sysctl("ipv4/tcp_window_scaling", 1).apply() } }
            return try Connection(to: address, port: port, patience: seconds, room: room)
        }
    }

    /// Connects from where the calling thread is. See `open`.
    convenience init(
        to address: IPv4Address, port: UInt16, patience seconds: Int = 40, room: Int32? = nil
    ) throws(NetlinkError) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw NetlinkError(subject: "socket", number: errno) }
        self.init(descriptor: descriptor)
        set(SO_RCVTIMEO, timeval(tv_sec: seconds, tv_usec: 0))
        set(SO_SNDTIMEO, timeval(tv_sec: seconds, tv_usec: 0))
        if var room { setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &room, 4) }
        let result = withSocketAddress(address, port) { connect(descriptor, $0, $1) }
        guard result == 0 else { throw NetlinkError(subject: "connection to \(address)", number: errno) }
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, 4)
    }

    func write(_ text: String) throws { try write(Array(text.utf8)) }

    func write(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw broken("sending") }
            rest = rest.dropFirst(count)
        }
    }

    /// What comes up to the end of the line, which is taken off (LF, or CR and LF).
    func readLine() throws -> String {
        try received.withLock { received in
            while true {
                if let end = received.firstIndex(of: UInt8(ascii: "\n")) {
                    var line = received[..<end]
                    if line.last == UInt8(ascii: "\r") { line.removeLast() }
                    let text = String(decoding: line, as: UTF8.self)
                    received.removeSubrange(...end)
                    return text
                }
                try receive(into: &received)
            }
        }
    }

    func read(_ count: Int) throws -> [UInt8] {
        try received.withLock { received in
            while received.count < count { try receive(into: &received) }
            let bytes = Array(received[..<count])
            received.removeSubrange(..<count)
            return bytes
        }
    }

    /// Tells the peer that nothing more comes.
    func endWriting() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// How many bytes the peer has room for, as it said last (`tcpi_snd_wnd`).
    func peersWindow() throws -> Int {
        var information = [UInt8](repeating: 0, count: 232)
        var length = socklen_t(information.count)
        guard getsockopt(descriptor, Int32(IPPROTO_TCP), TCP_INFO, &information, &length) == 0, length == 232 else {
            throw broken("asking")
        }
        return information[228..<232].reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    /// Tells the peer that nothing more comes, and takes nothing more.
    func hangUp() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    /// Has the peer be told that the connection is broken, instead of ended, when nobody refers to it any more.
    func resetAtTheEnd() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }

    private func receive(into received: inout [UInt8]) throws {
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        guard count != 0 else { throw ConnectionBroken(description: "the peer has closed the connection") }
        guard count > 0 else { throw broken("receiving") }
        received += buffer[..<count]
    }

    private func broken(_ what: String) -> ConnectionBroken {
        ConnectionBroken(description: "\(what): \(String(cString: strerror(errno)))")
    }

    private func set(_ option: Int32, _ value: timeval) {
        var value = value
        setsockopt(descriptor, SOL_SOCKET, option, &value, socklen_t(MemoryLayout<timeval>.size))
    }
}

/// Calls the kernel with an address in its own form.
func withSocketAddress<Result>(
    _ address: IPv4Address, _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
) -> Result {
    var socketAddress = sockaddr_in()
    socketAddress.sin_family = sa_family_t(AF_INET)
    socketAddress.sin_port = port.bigEndian
    socketAddress.sin_addr.s_addr = address.number.bigEndian
    return withUnsafePointer(to: &socketAddress) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
}
