/// Where the control plane serves operators.
enum ServerAddress: Sendable, Hashable, CustomStringConvertible {
    /// A TCP port, through TLS or in the clear.
    case tcp(host: String, port: Int, isSecured: Bool = false)
    /// A Unix socket.
    case unix(path: String)

    /// Where the control plane is when nobody says anything else.
    static let usual = ServerAddress.tcp(host: "127.0.0.1", port: 8080)
    /// The environment variable that names another one.
    static let variable = "RELOCATE_SERVER"

    /// Reads `http://HOST:PORT`, `https://HOST:PORT` or `unix:/path`, with an IPv6 address in brackets. Without a port it
    /// is 80 or 443, as in any URL.
    /// - Throws: `ClientError.badInput`.
    init(_ text: String) throws {
        if text.hasPrefix("unix:") {
            let path = String(text.dropFirst("unix:".count))
            guard path.hasPrefix("/") else {
                throw ClientError.badInput("a Unix socket needs an absolute path, as in unix:/run/relocate.sock")
            }
            self = .unix(path: path)
            return
        }
        guard let scheme = ["http://", "https://"].first(where: text.hasPrefix) else {
            throw ClientError.badInput("write http://HOST:PORT, https://HOST:PORT or unix:/path")
        }
        var rest = text.dropFirst(scheme.count)
        if rest.hasSuffix("/") { rest.removeLast() }
        self = try Self.hostAndPort(rest, isSecured: scheme == "https://")
    }

    private static func hostAndPort(_ text: Substring, isSecured: Bool) throws -> ServerAddress {
        guard !text.contains(where: { "/?#@ ".contains($0) }) else {
            throw ClientError.badInput("write http://HOST:PORT with nothing after the port")
        }
        let bracket = text.lastIndex(of: "]")
        let colon = text.lastIndex(of: ":").flatMap { colon in bracket.map { $0 < colon } ?? true ? colon : nil }
        var host = text[..<(colon ?? text.endIndex)]
        var port = isSecured ? 443 : 80
        if let colon {
            let digits = text[text.index(after: colon)...]
            guard let number = Int(digits), (1...65535).contains(number) else {
                throw ClientError.badInput("the port must be 1 to 65535, is '\(digits)'")
            }
            port = number
        }
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            throw ClientError.badInput("put an IPv6 address in brackets, as in http://[::1]:8080")
        }
        guard !host.isEmpty else { throw ClientError.badInput("the host is missing; write http://HOST:PORT") }
        return .tcp(host: String(host), port: port, isSecured: isSecured)
    }

    /// The text that `init` reads.
    var description: String {
        switch self {
        case .tcp(let host, let port, let isSecured):
            "\(isSecured ? "https" : "http")://\(host.contains(":") ? "[\(host)]" : host):\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }
}
