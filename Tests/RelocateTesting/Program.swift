import Glibc
import Subprocess

/// What another program has said, and how it ended.
public struct ProgramResult: Sendable {
    /// 0 for success; the number of the signal, negative, when one ended it.
    public let status: Int32
    /// Standard output and standard error together.
    public let text: String
}

/// Runs another program to its end.
///
/// Not with Foundation's `Process`: where a process has more than about 1,350 descriptors, as one with a thousand connections
/// has, that reads past the end of their list now and then, which ends the tests.
/// - Parameter input: what it may read; it need not.
public func runProgram(_ path: String, _ arguments: [String], input: String = "") async throws -> ProgramResult {
    guard let file = tmpfile() else {
        throw NeverHappened(description: "no file for input: \(String(cString: strerror(errno)))")
    }
    defer { fclose(file) }
    fputs(input, file)
    rewind(file)
    let result = try await run(
        .path(.init(path)), arguments: Arguments(arguments),
        input: .fileDescriptor(.init(rawValue: fileno(file)), closeAfterSpawningProcess: false),
        output: .string(limit: 16 << 20), error: .combinedWithOutput)
    switch result.terminationStatus {
    case .exited(let status): return ProgramResult(status: status, text: result.standardOutput)
    case .signaled(let signal): return ProgramResult(status: -signal, text: result.standardOutput)
    }
}

/// Runs another program while a test goes on, which is told its process. It is killed after that.
/// - Returns: what the test gives back.
public func withProgram<Value: Sendable>(
    _ path: String, _ arguments: [String] = [], _ body: (Int32) async throws -> Value
) async throws -> Value {
    try await run(
        .path(.init(path)), arguments: Arguments(arguments), input: .none, output: .discarded, error: .discarded
    ) { execution in
        let process = execution.processIdentifier.value
        // Not asked to end: tests have their process ignore signals, and its children inherit that.
        defer { kill(process, SIGKILL) }
        return try await body(process)
    }.closureResult
}
