/// What `/proc/PID/stat` says about a process (proc(5)), as far as it is of use here.
package struct ProcessStatus: Sendable, Hashable {
    /// The number of its parent; 0 when that is outside of what can be seen there.
    package var parent: Int32
    /// Whether it belongs to a terminal.
    package var hasTerminal: Bool
    /// When it began, in clock ticks since the host's start.
    package var startTicks: UInt64
    /// Whether its last thread has ended, and it only waits to be noticed.
    package var hasEnded: Bool
    /// With what it has ended, as wait(2) tells it, when it only waits to be noticed and this process may know.
    package var waitStatus: Int32?

    /// A process's status.
    init(parent: Int32, hasTerminal: Bool, startTicks: UInt64, hasEnded: Bool = false) {
        self.parent = parent
        self.hasTerminal = hasTerminal
        self.startTicks = startTicks
        self.hasEnded = hasEnded
    }

    /// Looks at a process; `nil` when there is none.
    package init?(of process: Int32, in proc: String = "/proc") {
        // It may end at any moment, and that is no failure.
        guard let line = try? FileBytes.read("\(proc)/\(process)/stat") else { return nil }
        self.init(line)
    }

    /// Parses the line.
    init?(_ line: [UInt8]) {
        // The second field is the command in parentheses, which may itself hold spaces and parentheses.
        guard let end = line.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        let fields = line[(end + 1)...].split(separator: UInt8(ascii: " "), maxSplits: 50)
        func number<Number: FixedWidthInteger>(_ index: Int) -> Number? {
            Number(String(decoding: fields[index].prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
        }
        guard fields.count > 19, let parent: Int32 = number(1), let terminal: Int32 = number(4),
            let threads: Int = number(17), let startTicks: UInt64 = number(19)
        else { return nil }
        self.parent = parent
        hasTerminal = terminal != 0
        self.startTicks = startTicks
        // While others run, its first thread may have ended.
        hasEnded = [UInt8(ascii: "Z"), UInt8(ascii: "X")].contains(fields[0].first) && threads <= 1
        waitStatus = hasEnded && fields.count > 49 ? number(49) : nil
    }
}
