import Crypto
import FleetModel

extension ImageDigest {
    /// The digest of bytes.
    init(hashing bytes: [UInt8]) { self.init(sha256: Array(SHA256.hash(data: bytes))) }

    /// Takes the 32 bytes of a SHA-256 hash.
    init(sha256 hash: [UInt8]) {
        let digits = Array("0123456789abcdef")
        let hex = String(hash.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
        guard let digest = try? ImageDigest("sha256:" + hex) else { preconditionFailure("a SHA-256 hash has 32 bytes") }
        self = digest
    }
}

/// A digest that bytes must have.
struct Promise {
    /// What the bytes are, for the message.
    let subject: String
    /// The digest they must have.
    let digest: ImageDigest

    /// Compares.
    /// - Throws: `ImageError` with the code `wrongDigest`.
    func check(_ actual: ImageDigest) throws {
        guard actual == digest else {
            throw ImageError(.wrongDigest, "\(subject) should have the digest \(digest) but has \(actual)")
        }
    }
}
