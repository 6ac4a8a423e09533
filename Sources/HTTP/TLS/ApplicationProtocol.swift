/// The names by which both sides of TLS agree on a protocol (RFC 7301).
public enum ApplicationProtocol {
    /// HTTP/1.1.
    public static let http1 = "http/1.1"
    /// HTTP/2 (RFC 9113 section 3.1).
    public static let http2 = "h2"
}
