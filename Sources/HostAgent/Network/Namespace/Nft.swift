import FleetModel
import Subprocess

/// Runs `nft` inside a network namespace.
struct Nft: Sendable {
    /// Where it runs; `nil` for the process's own namespace.
    var namespace: NetworkNamespace?

    /// Applies a script as one transaction: all of it or nothing.
    /// - Throws: `networkFailed` with what `nft` said.
    func apply(_ script: String, for subject: String) async throws(StepFailure) {
        _ = try await execute(["-f", "-"], input: script, for: subject)
    }

    /// The part of the rule set that the arguments ask for, as JSON.
    func list(_ arguments: [String], for subject: String) async throws(StepFailure) -> String {
        try await execute(["-j", "list"] + arguments, input: "", for: subject)
    }

    private func execute(
        _ arguments: [String], input: String, for subject: String
    ) async throws(StepFailure) -> String {
        let command = (namespace.map { ["nsenter", "--net=\($0.path)"] } ?? []) + ["nft"] + arguments
        let failure: StepFailure
        do {
            let result = try await run(
                .name(command[0]), arguments: Arguments(Array(command.dropFirst())), input: .inputWriter,
                output: .string(limit: 64 << 20), error: .string(limit: 64 << 10)
            ) { execution in
                // Fails when the program ends before it has read everything; its own message then tells why.
                _ = try? await execution.standardInputWriter.write(Array(input.utf8))
            }
            if result.terminationStatus.isSuccess { return result.standardOutput }
            failure = StepFailure(
                code: .networkFailed, message: subject, toolMessage: Self.firstLine(of: result.standardError))
        } catch {
            failure = StepFailure(code: .networkFailed, message: subject, toolMessage: "nft: \(error)")
        }
        throw failure
    }

    /// The first error; `nft` repeats the offending line of the script below it.
    private static func firstLine(of text: String) -> String {
        text.split(separator: "\n").first.map(String.init) ?? "nft failed without a message"
    }
}
