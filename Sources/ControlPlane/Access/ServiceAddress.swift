import FleetModel
import HTTP

/// Where the control plane serves, and whether through TLS.
///
/// ```swift
/// try ServiceAddress(parsing: "https://0.0.0.0:8443")
/// try ServiceAddress(parsing: "127.0.0.1:8080", isSecured: false)
/// try ServiceAddress(parsing: "unix:/run/relocate.sock")
/// ```
public struct ServiceAddress: Sendable, Hashable, CustomStringConvertible {
    /// Where.
    public var address: ListenAddress
    /// Whether through TLS. A Unix socket never is: it does not leave the machine.
    public var isSecured: Bool

    /// An address.
    public init(_ address: ListenAddress, isSecured: Bool = false) {
        self.address = address
        if case .unix = address { self.isSecured = false } else { self.isSecured = isSecured }
    }

    /// Reads `https://host:port`, `http://host:port`, or `host:port`, for which `isSecured` decides, or `unix:/path`.
    /// Throws `HTTPError` with the code `invalidAddress`.
    public init(parsing text: String, isSecured: Bool = false) throws {
        for (scheme, secured) in [("https://", true), ("http://", false)] where text.hasPrefix(scheme) {
            let rest = text.dropFirst(scheme.count)
            guard !rest.hasPrefix("unix:") else {
                throw HTTPError(.invalidAddress, "'\(text)': a Unix socket has no scheme; write \(rest)")
            }
            self.init(try ListenAddress(parsing: String(rest)), isSecured: secured)
            return
        }
        self.init(try ListenAddress(parsing: text), isSecured: isSecured)
    }

    /// Whether only this machine can reach it.
    public var isLocal: Bool {
        switch address {
        case .unix: true
        case .tcp(let host, _, let namespace):
            namespace != nil || Self.isLoopback(host) || host == "::1" || host == "localhost"
        }
    }

    /// A name that only looks like an address may lead anywhere.
    private static func isLoopback(_ host: String) -> Bool {
        // What is no address is none of these.
        guard let address = try? IPv4Address(host) else { return false }
        return address.number >> 24 == 127
    }

    /// The address with its scheme.
    public var description: String {
        switch address {
        case .unix: "\(address)"
        case .tcp: "\(isSecured ? "https" : "http")://\(address)"
        }
    }
}

extension HTTPServer {
    /// Listens on all addresses, those that are secured through TLS.
    func start(_ services: [ServiceAddress], tls: TLSServerContext?) throws -> [ServiceAddress] {
        try services.map { service in
            guard let bound = try start([service.address], tls: service.isSecured ? tls : nil).first else {
                preconditionFailure("a server that started listens")
            }
            return ServiceAddress(bound, isSecured: service.isSecured)
        }
    }
}
