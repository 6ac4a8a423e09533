import HTTP

/// What running a command in a container has brought.
public struct ExecutionResult: Sendable, Hashable {
    /// The command's exit code.
    public var exitCode: Int
    /// What it has written.
    public var output: ContainerOutput

    /// A result of these parts.
    public init(exitCode: Int, output: ContainerOutput) {
        self.exitCode = exitCode
        self.output = output
    }
}

extension DockerEngine {
    /// What a container has written.
    /// - Parameters:
    ///   - container: The container.
    ///   - tail: Only so many of the last lines; `nil` for all.
    ///   - limit: How many bytes it may be; more is an error, so that a talkative container does not fill the memory.
    ///   - timeout: How long it may take.
    public func logs(
        _ container: String, tail: Int? = nil, limit: Int = 16 * 1024 * 1024, timeout: Duration = .seconds(60)
    ) async throws(DockerError) -> ContainerOutput {
        let clock = ContinuousClock()
        let end = clock.now + timeout
        // The stream itself does not say which of its two forms it has.
        let hasTerminal = try await inspect(container, timeout: timeout).hasTerminal
        let path = try EnginePath("containers", container, "logs")
            .with("stdout", true).with("stderr", true).with("tail", tail.map { String(max(0, $0)) })
        return try await wire.exchange(.get, path, within: end - clock.now) { response in
            try await Self.output(of: response, hasTerminal, limit)
        }
    }

    /// Runs a command in a running container and waits for its end. When the time is over it goes on without an audience.
    /// - Parameters:
    ///   - container: The container.
    ///   - command: The program and its arguments.
    ///   - environment: More of the environment, as `NAME=value`.
    ///   - limit: How many bytes it may write; more is an error.
    ///   - timeout: How long it may take.
    public func execute(
        _ container: String, _ command: [String], environment: [String] = [], limit: Int = 16 * 1024 * 1024,
        timeout: Duration = .seconds(60)
    ) async throws(DockerError) -> ExecutionResult {
        let clock = ContinuousClock()
        let end = clock.now + timeout
        let body: JSON = [
            "AttachStdout": true, "AttachStderr": true, "Tty": false,
            "Cmd": .array(command.map(JSON.string)), "Env": .array(environment.map(JSON.string)),
        ]
        let made: JSON = try await wire.document(
            .post, EnginePath("containers", container, "exec"), json: body, within: timeout)
        guard let id = made["Id"]?.string else { throw .invalidAnswer("there is no id of the command in it") }
        let start: JSON = ["Detach": false, "Tty": false]
        let output = try await wire.exchange(
            .post, EnginePath("exec", id, "start"), body: .bytes(Array(start.text.utf8)), within: end - clock.now
        ) { response in
            try await Self.output(of: response, false, limit)
        }
        while clock.now < end {
            let state: JSON = try await wire.document(.get, EnginePath("exec", id, "json"), within: end - clock.now)
            if state["Running"]?.bool == false, let code = state["ExitCode"]?.integer {
                return ExecutionResult(exitCode: Int(code), output: output)
            }
            // The output ends a moment before the daemon has heard of the command's end.
            do { try await Task.sleep(for: .milliseconds(20)) } catch { throw .cancelled }
        }
        throw .timeout("the command in \(container) has closed its output, but did not end within \(timeout)")
    }

    private static func output(
        of response: ClientResponse, _ isRaw: Bool, _ limit: Int
    ) async throws -> ContainerOutput {
        if isRaw {
            var collected = ContainerOutput()
            for try await piece in response.body {
                guard piece.count <= limit - collected.written.count else { throw OutputFrames.tooMuch(limit) }
                collected.append(piece)
            }
            return collected
        }
        var frames = OutputFrames(limit: limit)
        for try await piece in response.body { try frames.take(piece) }
        return try frames.finish()
    }
}
