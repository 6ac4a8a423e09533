/// What the exit code of a client verb says.
enum ExitStatus: Int32, Sendable, CaseIterable {
    /// It was done.
    case done = 0
    /// The control plane refused it, or it did not succeed.
    case failed = 1
    /// The control plane cannot be reached.
    case unreachable = 3
    /// A move ended other than completed.
    case notMoved = 4
    /// The time to wait was over.
    case timedOut = 5
    /// The command line is wrong (`EX_USAGE` of sysexits.h, which ArgumentParser uses too).
    case usage = 64

    /// The meaning in words, for the help.
    var meaning: String {
        switch self {
        case .done: "done"
        case .failed: "refused, or not successful"
        case .unreachable: "the control plane cannot be reached, or the connection broke"
        case .notMoved: "a move ended other than completed"
        case .timedOut: "the time to wait was over; what was begun goes on"
        case .usage: "wrong usage; nothing was sent"
        }
    }

    /// All of them for the help of the program.
    static var help: String {
        let lines = allCases.map { status in
            let code = String(status.rawValue)
            return "  " + String(repeating: " ", count: 2 - code.count) + code + "  " + status.meaning
        }
        return "Exit codes of the client verbs:\n" + lines.joined(separator: "\n")
    }
}
