import Glibc

/// Where a server listens.
///
/// ```swift
/// try ListenAddress(parsing: "127.0.0.1:8080")
/// try ListenAddress(parsing: "[::1]:80")
/// try ListenAddress(parsing: "unix:/run/relocate.sock")
/// ```
public enum ListenAddress: Sendable, Hashable, CustomStringConvertible {
    /// A TCP port; 0 takes a free one. With `networkNamespace`, a path such as `/run/netns/gateway`, the listening socket is
    /// made inside that network namespace while the process stays outside.
    case tcp(host: String, port: Int, networkNamespace: String? = nil)
    /// A Unix socket with these permissions. The socket file of a dead server is replaced; a live one is an error.
    case unix(path: String, mode: mode_t = 0o600)

    /// Reads `host:port`, `[IPv6]:port` or `unix:/path`. Throws `HTTPError` with the code `invalidAddress`.
    public init(parsing text: String) throws {
        if text.hasPrefix("unix:") {
            let path = String(text.dropFirst("unix:".count))
            guard path.hasPrefix("/") else {
                throw HTTPError(
                    .invalidAddress, "'\(text)': a Unix socket needs an absolute path, as in unix:/run/relocate.sock")
            }
            self = .unix(path: path)
            return
        }
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (0...65535).contains(port), colon > text.startIndex
        else {
            throw HTTPError(
                .invalidAddress,
                "'\(text)' is no address; write host:port with a port of 0-65535, [IPv6]:port or unix:/path")
        }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            throw HTTPError(.invalidAddress, "'\(text)': put an IPv6 address in brackets, as in [::1]:80")
        }
        self = .tcp(host: String(host), port: port)
    }

    /// The text that `init(parsing:)` reads, with the namespace after it where there is one.
    public var description: String {
        switch self {
        case .tcp(let host, let port, let namespace):
            let address = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
            return namespace.map { "\(address) in \($0)" } ?? address
        case .unix(let path, _):
            return "unix:\(path)"
        }
    }
}
