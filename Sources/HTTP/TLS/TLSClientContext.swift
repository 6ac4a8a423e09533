/// A client's trust and identity, read once, and the name of its server.
struct TLSClientContext: Sendable {
    let context: TLSContext
    let serverName: String

    /// Throws `HTTPError` with the code `tlsFailed` if certificates or key cannot be used.
    init(_ configuration: TLSClientConfiguration, _ endpoint: Endpoint, _ version: HTTPClient.Version) throws {
        var protocols = [ApplicationProtocol.http1]
        if version == .http2 { protocols.insert(ApplicationProtocol.http2, at: 0) }
        context = try TLSContext(configuration, protocols: protocols)
        switch endpoint {
        case _ where configuration.serverName != nil: serverName = configuration.serverName ?? ""
        case .tcp(let host, _): serverName = host
        case .unix: serverName = "localhost"
        }
        // OpenSSL takes an empty name for any name.
        guard !serverName.isEmpty, !serverName.utf8.contains(0) else {
            throw HTTPError(.tlsFailed, "'\(serverName)' is no name that a server's certificate could have")
        }
    }
}
