/// A process in a mounted proc: the agent's, in which it sees all, or a container's, in which it sees that container's.
struct ProcessEntry: Sendable, Hashable {
    /// Its number, as those in that proc count.
    let number: Int32
    /// The number of its parent; 0 when that is outside of what can be seen there.
    let parent: Int32
    /// Whether it has ended, and only waits to be noticed.
    let hasEnded: Bool
    private let folder: String

    /// Looks at a process; `nil` when there is none.
    init?(_ number: Int32, in proc: String = "/proc") {
        guard let status = ProcessStatus(of: number, in: proc) else { return nil }
        self.number = number
        parent = status.parent
        hasEnded = status.hasEnded
        folder = "\(proc)/\(number)"
    }

    /// What it was started with, in one line that is not too long.
    var command: String {
        let words = (try? FileBytes.read(folder + "/cmdline")) ?? []
        let parts = words.split { $0 <= UInt8(ascii: " ") }.map { String(decoding: $0, as: UTF8.self) }
        let line = parts.joined(separator: " ")
        if !line.isEmpty { return line.count > 80 ? line.prefix(79) + "…" : line }
        let name = (try? FileBytes.read(folder + "/comm")) ?? []
        return String(decoding: name.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }

    /// The numbers of its children, whichever of its threads made them.
    var children: [Int32] {
        FileTree.names(in: folder + "/task").flatMap { thread in
            Self.numbers((try? FileBytes.read("\(folder)/task/\(thread)/children")) ?? [])
        }
    }

    /// The numbers of all processes that can be seen in a proc.
    static func all(in proc: String) -> [Int32] { FileTree.names(in: proc).compactMap { Int32($0) } }

    /// The processes of a control group and of all groups below it.
    static func members(of group: String) -> [Int32] {
        var found = numbers((try? FileBytes.read(group + "/cgroup.procs")) ?? [])
        for name in FileTree.folders(in: group) { found += members(of: "\(group)/\(name)") }
        return found
    }

    private static func numbers(_ bytes: [UInt8]) -> [Int32] {
        String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace).compactMap { Int32($0) }
    }
}
