import Certificates

/// How a client speaks TLS: whom it takes for the server, and who it is itself.
public struct TLSClientConfiguration: Sendable {
    /// What makes a server's certificate good.
    public enum Trust: Sendable {
        /// An authority that this machine trusts has signed it, and it is for the server's name.
        case system
        /// One of these authorities has signed it, and it is for the server's name.
        case authorities(PEMSource)
        /// It has one of these fingerprints, whatever its name; or an authority that has one of them is part of the server's
        /// chain and has signed it, and it is for the server's name. In any case it must be valid today.
        case pinned([Fingerprint])
    }

    /// What makes a server's certificate good.
    public var trust: Trust
    /// The name that the certificate must have; nil means the endpoint's host, or `localhost` for a Unix socket.
    public var serverName: String?
    /// What the client shows to a server that asks.
    public var identity: TLSIdentity?
    /// The oldest version of TLS.
    public var minimumVersion = TLSVersion.v12

    /// A client without a certificate of its own.
    public init(trust: Trust) {
        self.trust = trust
    }
}
