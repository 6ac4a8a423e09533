import Testing

@testable import HostAgent

@Suite("Which CRIU serves a kernel")
struct CriuRequirementTests {
    @Test(
        "a CRIU that is too old for the kernel is named with what would serve",
        arguments: [
            ("6.18.0-1-amd64", "4.1.1", "4.2"), ("6.16.0", "3.17", "4.2"), ("6.12.5", "4.0", "4.1"),
            ("6.1.0-31-amd64", "3.17.1", "3.19"),
        ])
    func tooOld(kernel: String, version: String, needed: String) throws {
        let problem = try #require(CriuRequirement(kernel: kernel).problem(of: version, at: "criu"))
        for word in [kernel, version, "CRIU \(needed) or newer"] { #expect(problem.contains(word), "\(problem)") }
    }

    @Test(
        "one that serves is no problem",
        arguments: [
            ("6.18.0", "4.2"), ("6.18.0", "4.2.1"), ("6.18.0", "5.0"), ("7.0", "4.10"), ("6.12.5", "4.1.1"),
            ("6.1.0", "3.19"), ("5.10", "4.2"),
        ])
    func serves(kernel: String, version: String) {
        #expect(CriuRequirement(kernel: kernel).problem(of: version, at: "criu") == nil)
    }

    @Test("one that does not run is said to be missing")
    func missing() {
        #expect(CriuRequirement(kernel: "6.18.0").problem(of: nil, at: "criu")?.contains("does not run") == true)
    }
}
