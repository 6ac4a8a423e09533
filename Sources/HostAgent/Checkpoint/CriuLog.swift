import FleetModel

/// CRIU's log, and what it means to someone who has never seen one. See `CriuExplanation`.
struct CriuLog: Sendable {
    /// The errors in the order in which they were written.
    let errors: [String]

    /// The log of a dump or restore; without a log there are no errors.
    init(directory: String, name: String) {
        let bytes = (try? FileBytes.read("\(directory)/\(name)")) ?? []
        self.init(text: String(decoding: bytes, as: UTF8.self))
    }

    /// The log as text. A line of interest reads `(00.012345) Error (criu/tty.c:1830): tty: Found dangling tty …`.
    init(text: String) {
        errors = text.split(separator: "\n").compactMap { line in
            guard let range = line.firstRange(of: "Error (") else { return nil }
            let message = String(line[range.lowerBound...])
            return Self.harmless.contains { message.contains($0) } ? nil : message
        }
    }

    /// The failure that the log explains. `firstError` is what CRIU said in its response, for want of a log.
    /// - Parameter ghostLimit: the largest deleted file that moves, in bytes.
    func failure(_ code: FailureCode, firstError: String, ghostLimit: Int = 1 << 30) -> StepFailure {
        let candidates = errors.isEmpty ? [firstError] : errors
        for line in candidates {
            if let match = CriuExplanation.all.first(where: { line.contains($0.fragment) }) {
                return StepFailure(
                    code: match.code ?? code, message: match.meaning(CriuError(line, ghostLimit: ghostLimit)),
                    toolMessage: line)
            }
        }
        // What comes first is as a rule the cause of what follows.
        let line = candidates.first { error in !Self.consequences.contains { error.contains($0) } } ?? candidates[0]
        let what =
            switch code {
            case .dumpRefused: "the container's state cannot be written down"
            case .restoreFailed: "the container's state cannot be restored here"
            default: "CRIU failed"
            }
        let words = CriuError(line, ghostLimit: ghostLimit).words
        return StepFailure(code: code, message: words.isEmpty ? what : "\(what): \(words)", toolMessage: line)
    }

    /// Errors that CRIU reports and gets over.
    private static let harmless = [
        "RLIMIT_NOFILE", "Dumping FAILED", "Restoring FAILED", "Killing processes because of failure",
        "Can't remove the directory /tmp/.criu.mntns",
    ]

    /// Errors that only say that something before has failed.
    private static let consequences = [" failed with ", "Can't dump thread", "Can't dump misc"]
}
