import FleetModel
import Glibc
import Testing

/// Provides a lab for a whole suite, in `TestLab.shared`.
struct LabTrait: SuiteTrait, TestScoping {
    /// Tells it from other labs of these tests.
    var name: String
    /// What carries containers.
    var runtime: RuntimeKind

    func provideScope(
        for test: Test, testCase: Test.Case?, performing body: @Sendable () async throws -> Void
    ) async throws {
        signal(SIGPIPE, SIG_IGN)
        let lab = try TestLab(name: name, hostCount: 3, runtime: runtime)
        do {
            try await lab.up()
            try await TestLab.$current.withValue(lab) { try await body() }
        } catch {
            try? await lab.down()
            throw error
        }
        try await lab.down()
    }
}

extension Trait where Self == LabTrait {
    /// One lab for all tests of the suite.
    static var lab: Self { Self(name: "a", runtime: .runc) }

    /// The same, of hosts with Docker.
    static var dockerLab: Self { Self(name: "d", runtime: .docker) }
}
