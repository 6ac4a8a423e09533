import Glibc
import RelocateTesting
import Testing

@testable import HostAgent

@Suite("The secret by which a host is known")
struct AgentIdentityTests {
    @Test("it is kept for the host's root alone, whatever an agent that was ended has left there")
    func mode() async throws {
        try await TemporaryDirectory.with { root in
            let left = open("\(root)/credential.new", O_WRONLY | O_CREAT, 0o644)
            fchmod(left, 0o644)
            close(left)
            let identity = try AgentIdentity(directory: root, joinTokenFile: nil)
            try identity.keep("mine")
            #expect(try AgentIdentity(directory: root, joinTokenFile: nil).secret() == "mine")
            var status = stat()
            #expect(stat("\(root)/credential", &status) == 0)
            #expect(status.st_mode & 0o777 == 0o600)
        }
    }
}
