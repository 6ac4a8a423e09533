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

    @Test("nothing is read of an enrolment whose secret is nobody's")
    func unknown() async throws {
        try await TestFleet.with(hosts: 1) { fleet in
            let answer = try await fleet.sendAsAgent("/agent/v1/enrol", "this is no JSON", secret: "a guess")
            #expect(answer.status == 401 && answer.body.contains("join token"), "\(answer)")
        }
    }
}
