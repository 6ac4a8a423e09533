import ArgumentParser

/// A verb that talks to the control plane. It says what it does in `run(_:)`; how errors are told and which exit code
/// they give is the same for all.
protocol ClientCommand: AsyncParsableCommand {
    /// The options that all verbs take.
    var options: ClientOptions { get }

    /// Does it.
    func run(_ session: Session) async throws
}

extension ClientCommand {
    func run() async throws {
        do {
            try await run(try Session(options))
        } catch let error as ClientError {
            error.complain()
            throw ExitCode(error.exitStatus.rawValue)
        } catch is EncodingError {
            ClientError.failed("what was asked for cannot be written as JSON").complain()
            throw ExitCode(ExitStatus.failed.rawValue)
        }
    }
}

extension ClientError {
    /// Says on standard error what went wrong.
    func complain() {
        if case .outputClosed = self { return }
        let style = Output.complaints.style
        let lines = description.split(separator: "\n").enumerated().map { index, line in
            index == 0
                ? style.paint("relocate:", .bad) + " " + style.paint(String(line), .plain)
                : "  " + style.paint(String(line), .plain)
        }
        // When nobody reads the complaint either, the exit code is all there is.
        try? Output.complaints.write(lines.joined(separator: "\n") + "\n")
    }
}
