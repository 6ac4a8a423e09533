import FleetModel
import HTTP

/// Why a client verb did not do what it was asked for.
enum ClientError: Error, Sendable, CustomStringConvertible {
    /// What was given on the command line is wrong.
    case badInput(String)
    /// The control plane refused it; nothing changed.
    case refused(Problem)
    /// What was asked for was begun and did not succeed.
    case failed(String)
    /// The answer is none of a control plane that this program understands.
    case notUnderstood(String)
    /// No connection could be opened.
    case unreachable(ServerAddress, cause: String)
    /// What answers cannot be taken for the control plane, or does not take the client for whom it says it is.
    case untrusted(ServerAddress, cause: String)
    /// The connection broke before the answer was there.
    case connectionLost(ServerAddress, cause: String)
    /// A move ended other than completed.
    case notMoved(Relocation)
    /// The time to wait was over.
    case timedOut(String)
    /// Nobody reads the output any more.
    case outputClosed

    /// What the exit code is to say.
    var exitStatus: ExitStatus {
        switch self {
        case .badInput: .usage
        case .refused, .failed, .notUnderstood: .failed
        case .unreachable, .untrusted, .connectionLost: .unreachable
        case .notMoved: .notMoved
        case .timedOut: .timedOut
        case .outputClosed: .done
        }
    }

    /// What is wrong and what would be right; several lines when several fields are wrong.
    var description: String {
        switch self {
        case .badInput(let detail), .failed(let detail), .timedOut(let detail): detail
        case .refused(let problem): Self.words(for: problem)
        case .notUnderstood(let detail): "the answer was not understood: \(detail)"
        case .unreachable(let server, let cause):
            """
            no control plane answers at \(server): \(cause)
            start one with 'relocate serve', or name another with --server or \(ServerAddress.variable)
            """
        case .untrusted(let server, let cause):
            """
            no secure connection to \(server): \(cause)
            name its authority with --ca or \(TrustOptions.authorityVariable), or its fingerprint with --pin; \
            'relocate serve --tls' prints both when it starts
            """
        case .connectionLost(let server, let cause):
            "the connection to \(server) broke before the answer came: \(cause); "
                + "whether it was done is not known, look before trying again"
        case .notMoved(let relocation): "relocation \(relocation.id): \(relocation.outcome)"
        case .outputClosed: "nobody reads the output any more"
        }
    }

    private static func words(for problem: Problem) -> String {
        let detail = problem.detail ?? problem.title
        let errors = (problem.errors ?? [])
            .filter { $0.pointer != "" && $0.pointer != "/" }
            .map { error in
                // A single error repeats the detail: then the place alone is news.
                error.detail == detail ? "at \(error.pointer)" : "at \(error.pointer): \(error.detail)"
            }
        return ([detail] + errors).joined(separator: "\n")
    }
}
