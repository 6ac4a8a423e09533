import CLinux
import Glibc
import Synchronization

/// A socket that listens. It closes itself, and removes its Unix socket file, when `close` is called.
struct ListeningSocket: Sendable {
    let descriptor: Int32
    /// The address with the port that was really bound.
    let address: ListenAddress

    private static let backlog: Int32 = 1024

    init(_ address: ListenAddress) throws {
        switch address {
        case .tcp(let host, let port, nil):
            self = try Self.tcp(host: host, port: port, namespace: nil)
        case .tcp(let host, let port, let namespace?):
            self = try Self.inside(namespace) { try Self.tcp(host: host, port: port, namespace: namespace) }
        case .unix(let path, let mode):
            self = try Self.unix(path: path, mode: mode)
        }
    }

    private init(descriptor: Int32, address: ListenAddress) {
        self.descriptor = descriptor
        self.address = address
    }

    func close() {
        if case .unix(let path, _) = address { unlink(path) }
        _ = Glibc.close(descriptor)
    }

    // MARK: - TCP

    private static func tcp(host: String, port: Int, namespace: String?) throws -> ListeningSocket {
        var failure = HTTPError(.invalidAddress, "'\(host)' has no address")
        for address in try SocketAddress.resolve(host: host, port: port, passive: true) {
            let descriptor = socket(address.family, streamType, 0)
            guard descriptor >= 0 else {
                failure = .system("creating a socket")
                continue
            }
            var one: Int32 = 1
            setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
            if address.family == AF_INET6 {
                setsockopt(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &one, socklen_t(MemoryLayout<Int32>.size))
            }
            guard address.withSockAddr({ bind(descriptor, $0, $1) }) == 0, listen(descriptor, backlog) == 0 else {
                failure = bindError("\(ListenAddress.tcp(host: host, port: port, networkNamespace: namespace))")
                _ = Glibc.close(descriptor)
                continue
            }
            let bound = ListenAddress.tcp(
                host: host, port: boundPort(of: descriptor) ?? port, networkNamespace: namespace)
            return ListeningSocket(descriptor: descriptor, address: bound)
        }
        throw failure
    }

    private static var streamType: Int32 { Int32(SOCK_STREAM.rawValue) | linux_nonblocking | linux_close_on_exec }

    private static func boundPort(of descriptor: Int32) -> Int? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = withUnsafeMutablePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        return result == 0 ? SocketAddress.hostAndPort(of: &storage)?.port : nil
    }

    private static func bindError(_ name: String) -> HTTPError {
        let number = errno
        guard number == EADDRINUSE else { return .system("listening on \(name)", errno: number) }
        return HTTPError(
            .addressInUse, "\(name) is taken by another program", cause: SystemError(number: number))
    }

    /// Runs `body` on a thread of its own that has entered the namespace and ends afterwards, so that no other code ever
    /// runs there. The socket stays in the namespace in which it was made.
    private static func inside(
        _ namespace: String, _ body: @escaping @Sendable () throws -> ListeningSocket
    ) throws -> ListeningSocket {
        let outcome = Outcome()
        try startThread(name: "http-netns") {
            outcome.set(
                Result {
                    try enter(namespace); return try body()
                })
        }
        return try outcome.wait()
    }

    private static func enter(_ namespace: String) throws {
        let descriptor = open(namespace, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw HTTPError.system("opening the network namespace \(namespace)") }
        defer { _ = Glibc.close(descriptor) }
        guard setns(descriptor, linux_new_network_namespace) == 0 else {
            throw HTTPError.system("entering the network namespace \(namespace)")
        }
    }

    /// Hands one result from a thread to the one that waits for it.
    private final class Outcome: Sendable {
        private let result = Mutex<Result<ListeningSocket, any Error>?>(nil)
        private let done = Semaphore()

        func set(_ value: Result<ListeningSocket, any Error>) {
            result.withLock { $0 = value }
            done.signal()
        }

        func wait() throws -> ListeningSocket {
            done.wait()
            guard let value = result.withLock({ $0 }) else { throw HTTPError(.system, "the thread left no result") }
            return try value.get()
        }
    }

    // MARK: - Unix

    private static func unix(path: String, mode: mode_t) throws -> ListeningSocket {
        let address = try SocketAddress.unix(path)
        try removeStale(path, address)
        let descriptor = socket(AF_UNIX, streamType, 0)
        guard descriptor >= 0 else { throw HTTPError.system("creating a socket") }
        // Until the mode is right nobody can connect: a socket that does not listen yet refuses everyone.
        guard address.withSockAddr({ bind(descriptor, $0, $1) }) == 0, chmod(path, mode) == 0,
            listen(descriptor, backlog) == 0
        else {
            let error = bindError("unix:\(path)")
            _ = Glibc.close(descriptor)
            throw error
        }
        return ListeningSocket(descriptor: descriptor, address: .unix(path: path, mode: mode))
    }

    /// Removes the socket file that a dead server left. A file that is no socket, or a server that answers, is an error.
    private static func removeStale(_ path: String, _ address: SocketAddress) throws {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else {
            throw HTTPError(.addressInUse, "\(path) exists and is no socket")
        }
        let probe = socket(AF_UNIX, streamType, 0)
        guard probe >= 0 else { throw HTTPError.system("creating a socket") }
        defer { _ = Glibc.close(probe) }
        let result = address.withSockAddr { connect(probe, $0, $1) }
        guard result != 0, errno == ECONNREFUSED else {
            throw HTTPError(.addressInUse, "another server answers at unix:\(path)")
        }
        unlink(path)
    }
}
