import FleetModel
import Glibc
import HostAgent
import RelocateTesting
import SystemSupport

/// A server in a namespace that sends when the test says so.
final class SlowServer: Sendable {
    private let descriptor: Int32

    private init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    static func start(in namespace: NetworkNamespace, port: UInt16) async throws -> SlowServer {
        try await withNetworkNamespace(namespace) { () throws(NetlinkError) -> SlowServer in
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            guard descriptor >= 0 else { throw NetlinkError(subject: "socket", number: errno) }
            let server = SlowServer(descriptor: descriptor)
            var on: Int32 = 1
            setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, 4)
            var patience = timeval(tv_sec: 20, tv_usec: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
            let any = IPv4Address(number: 0)
            guard withSocketAddress(any, port, { bind(descriptor, $0, $1) }) == 0, listen(descriptor, 8) == 0 else {
                throw NetlinkError(subject: "port \(port)", number: errno)
            }
            return server
        }
    }

    /// The next client.
    func accept() async throws -> Connection {
        let descriptor = descriptor
        return try await onOwnThread { () throws(ConnectionBroken) in
            let client = Glibc.accept(descriptor, nil, nil)
            guard client >= 0 else {
                throw ConnectionBroken(description: "nobody came: \(String(cString: strerror(errno)))")
            }
            return Connection(descriptor: client)
        }
    }
}
