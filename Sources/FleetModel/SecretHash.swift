/// The SHA-256 digest of a secret: the control plane keeps no secret itself.
///
/// The secrets are long and random, so that a plain digest is as good as a slow one.
public struct SecretHash: Sendable, Hashable {
    /// The length of a digest in bytes.
    public static let byteCount = 32

    /// The bytes of the digest.
    public let bytes: [UInt8]

    /// Takes a digest of SHA-256.
    package init(digest: [UInt8]) { bytes = digest }

    /// Takes a digest, `nil` when it is not 32 bytes.
    public init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        self.bytes = bytes
    }
}
