import FleetModel

/// CRIU's log, and what it means to someone who has never seen one.
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
    func failure(_ code: FailureCode, firstError: String) -> StepFailure {
        let candidates = errors.isEmpty ? [firstError] : errors
        for line in candidates {
            if let match = Self.explanations.first(where: { line.contains($0.fragment) }) {
                return StepFailure(code: match.code ?? code, message: match.meaning, toolMessage: line)
            }
        }
        let meaning =
            switch code {
            case .dumpRefused: "the container's state cannot be written down"
            case .restoreFailed: "the container's state cannot be restored here"
            default: "CRIU failed"
            }
        return StepFailure(code: code, message: meaning, toolMessage: candidates.last ?? firstError)
    }

    /// Errors that CRIU reports and gets over.
    private static let harmless = [
        "RLIMIT_NOFILE", "Dumping FAILED", "Restoring FAILED", "Killing processes because of failure",
        "Can't remove the directory /tmp/.criu.mntns",
    ]

    private struct Explanation: Sendable {
        let fragment: String
        let meaning: String
        var code: FailureCode?
    }

    /// In order of precedence: an exhausted disk makes any other message its consequence.
    private static let explanations: [Explanation] = [
        Explanation(
            fragment: "No space left on device", meaning: "the storage of the dumps is full", code: .resourceExhausted),
        Explanation(
            fragment: "Cannot allocate memory", meaning: "the host has not enough memory", code: .resourceExhausted),
        Explanation(
            fragment: "Can't get rlimit",
            meaning:
                "its processes belong to another user, whose limits cannot be read: root lacks CAP_SYS_RESOURCE here"),
        Explanation(fragment: "[io_uring]", meaning: "it uses io_uring"),
        Explanation(fragment: "anon_inode:[perf_event]", meaning: "it uses performance counters"),
        Explanation(fragment: "(chr ", meaning: "it has a device open that cannot move"),
        Explanation(fragment: "Can't dump file", meaning: "it has a file open of a kind that cannot move"),
        Explanation(fragment: "Unsupported proto 262", meaning: "it uses Multipath TCP"),
        Explanation(fragment: "Unsupported proto", meaning: "it uses a network protocol that cannot move"),
        Explanation(fragment: "Unsupported type", meaning: "it uses a kind of socket that cannot move"),
        Explanation(fragment: "Unsupported socket", meaning: "it uses a kind of socket that cannot move"),
        Explanation(
            fragment: "half of stream unix connection",
            meaning: "it has a Unix socket that leads out of the container"),
        Explanation(
            fragment: "xternal socket", meaning: "it has a Unix socket that leads out of the container"),
        Explanation(
            fragment: "unreachable peer", meaning: "it has a Unix socket that leads out of the container"),
        Explanation(
            fragment: "Can't lookup mount=", meaning: "it has a file open that lies outside of the container"),
        Explanation(
            fragment: "increase limit", meaning: "it has a large file open that was deleted"),
        Explanation(
            fragment: "Can't create link remap", meaning: "it has a file open that was deleted"),
        Explanation(fragment: "tty", meaning: "it has a terminal"),
        Explanation(
            fragment: "Can't dump that handle", meaning: "it watches files that are gone (inotify)"),
        Explanation(
            fragment: "outside of its pid namespace", meaning: "a process of another session has entered it"),
        Explanation(fragment: "SEIZE", meaning: "one of its processes is being debugged"),
        Explanation(fragment: "Nested", meaning: "it has made namespaces of its own"),
        Explanation(fragment: "namespaces are not supported", meaning: "it has made namespaces of its own"),
        Explanation(
            fragment: "overmounted", meaning: "it has a file open that is covered by a mount"),
        Explanation(fragment: "FS mnt", meaning: "it has mounted a file system that cannot move"),
        Explanation(fragment: "external mount", meaning: "it has a mount that leads out of the container"),
        Explanation(
            fragment: "Unsupported mapping", meaning: "it has mapped memory of a kind that cannot move"),
        Explanation(
            fragment: "assign requested address", meaning: "an address of the container is missing on the host"),
        Explanation(
            fragment: "feature required by image", meaning: "the host's processor lacks what the container uses"),
        Explanation(
            fragment: "cpu:", meaning: "the host's processor lacks what the container uses"),
        Explanation(
            fragment: "has bad", meaning: "a file of the container differs from the one it had"),
    ]
}
