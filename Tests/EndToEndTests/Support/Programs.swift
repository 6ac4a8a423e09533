import Subprocess

/// A program that failed.
struct ProgramFailed: Error, CustomStringConvertible {
    let description: String
}

/// Runs a program to its end.
/// - Returns: what it printed.
/// - Throws: `ProgramFailed` with what it said when it fails.
@discardableResult
func execute(_ command: [String]) async throws -> String {
    let program: Executable = command[0].hasPrefix("/") ? .path(.init(command[0])) : .name(command[0])
    let result = try await run(
        program, arguments: Arguments(Array(command.dropFirst())), output: .string(limit: 16 << 20),
        error: .string(limit: 1 << 20))
    guard result.terminationStatus.isSuccess else {
        throw ProgramFailed(description: "\(command.joined(separator: " ")): \(result.standardError)")
    }
    return result.standardOutput
}
