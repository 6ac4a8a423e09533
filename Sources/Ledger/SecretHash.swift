import Crypto

/// The SHA-256 digest of a secret: the ledger keeps no secret itself.
///
/// The secrets are long and random, so that a plain digest is as good as a slow one.
public struct SecretHash: Sendable, Hashable {
    /// The 32 bytes of the digest.
    public let bytes: [UInt8]

    /// The digest of a secret.
    public init(of secret: String) { bytes = Array(SHA256.hash(data: Array(secret.utf8))) }

    /// Takes a digest, `nil` when it is not 32 bytes.
    public init?(bytes: [UInt8]) {
        guard bytes.count == SHA256.byteCount else { return nil }
        self.bytes = bytes
    }

    /// Whether it is the digest of this secret, found out in a time that does not depend on where they differ.
    public func matches(_ secret: String) -> Bool { SHA256.hash(data: Array(secret.utf8)) == bytes }
}
