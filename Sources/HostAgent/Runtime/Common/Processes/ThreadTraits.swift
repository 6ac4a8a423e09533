import CLinux
import Glibc

/// What a thread can have asked of the kernel that CRIU does not write down; `nil` where it has what it would have anyway.
struct ThreadTraits: Codable, Sendable, Hashable {
    /// On which processors it may run: a bit for each, in words of 64.
    var processors: [UInt64]?
    /// The class and level of its input and output, as ioprio_get(2) has it.
    var ioPriority: Int32?
    /// How late its timers may be, in nanoseconds.
    var timerSlack: UInt64?

    /// Whether there is nothing to be carried.
    var isEmpty: Bool { self == ThreadTraits() }

    /// What the kernel gives a thread that has asked for nothing.
    static let usualTimerSlack: UInt64 = 50_000

    /// What a system call can tell. The timer slack is not among it.
    /// - Parameter usual: the processors on which a thread may run that has not asked.
    init?(ofThread thread: Int32, usual: [UInt64]) {
        var set = [UInt64](repeating: 0, count: Self.words)
        guard linux_get_affinity(thread, &set, Int32(set.count)) == 0 else { return nil }
        let own = Self.trimmed(set)
        if own != usual { processors = own }
        let priority = linux_get_io_priority(thread)
        // Without a class, the level follows the nice value.
        if priority > 0, priority >> 13 != 0 { ioPriority = priority }
    }

    init() {}

    /// Gives these to a thread. Processors that this host does not have are left out, and where it has none of them the
    /// thread may run on all. A thread that has just ended needs nothing.
    func give(to thread: Int32) {
        if let processors { _ = linux_set_affinity(thread, processors, Int32(processors.count)) }
        if let ioPriority { _ = linux_set_io_priority(thread, ioPriority) }
        if let timerSlack { try? FileBytes.write("\(timerSlack)", to: "/proc/\(thread)/timerslack_ns") }
    }

    /// The timer slack of a thread, where it is not the usual one.
    static func timerSlack(of thread: Int32) -> UInt64? {
        // A thread of a real-time class has none, and one that has just ended needs none.
        guard let bytes = try? FileBytes.read("/proc/\(thread)/timerslack_ns"),
            let number = UInt64(String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
        else { return nil }
        return number == usualTimerSlack || number == 0 ? nil : number
    }

    /// The processors that a list such as `0-3,8` names.
    static func processors(named list: String) -> [UInt64] {
        var set = [UInt64](repeating: 0, count: words)
        for part in list.split(whereSeparator: { $0 == "," || $0.isWhitespace }) {
            let ends = part.split(separator: "-").compactMap { Int($0) }
            guard let first = ends.first, let last = ends.last, first <= last, last < words * 64 else { continue }
            for number in first...last { set[number / 64] |= 1 << UInt64(number % 64) }
        }
        return trimmed(set)
    }

    private static let words = 128

    private static func trimmed(_ set: [UInt64]) -> [UInt64] {
        Array(set.prefix((set.lastIndex { $0 != 0 } ?? -1) + 1))
    }
}
