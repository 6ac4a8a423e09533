import FleetModel
import Testing

@testable import ControlPlane

@Suite("Secrets")
struct SecretTests {
    @Test("a secret's digest matches the secret and nothing else")
    func secrets() {
        let hash = SecretHash(of: "correct horse")
        #expect(hash.matches("correct horse"))
        #expect(!hash.matches("correct horse "))
        #expect(SecretHash(bytes: hash.bytes) == hash)
        #expect(SecretHash(bytes: [1, 2, 3]) == nil)
    }
}
