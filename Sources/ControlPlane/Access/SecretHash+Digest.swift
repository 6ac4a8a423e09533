import Crypto
import FleetModel

extension SecretHash {
    /// The digest of a secret.
    init(of secret: String) { self.init(digest: Array(SHA256.hash(data: Array(secret.utf8)))) }

    /// Whether it is the digest of this secret, found out in a time that does not depend on where they differ.
    func matches(_ secret: String) -> Bool { SHA256.hash(data: Array(secret.utf8)) == bytes }
}
