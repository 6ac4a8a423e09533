/// Where a client connects to.
public enum Endpoint: Sendable, Hashable, CustomStringConvertible {
    /// A host name or address, and a port.
    case tcp(host: String, port: Int)
    /// A Unix socket.
    case unix(path: String)

    /// The address as text.
    public var description: String {
        switch self {
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }

    /// The value of the Host field.
    var authority: String {
        switch self {
        case .tcp: description
        case .unix: "localhost"
        }
    }

    func resolve() throws -> [SocketAddress] {
        switch self {
        case .tcp(let host, let port): try SocketAddress.resolve(host: host, port: port, passive: false)
        case .unix(let path): [try SocketAddress.unix(path)]
        }
    }
}
