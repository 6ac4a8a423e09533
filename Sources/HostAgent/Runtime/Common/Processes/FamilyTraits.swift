/// What CRIU does not write down of a container's processes, for the dump's manifest: who has what, by their numbers in the
/// container.
///
/// Almost all programs have nothing of it, and those that do have it for a whole process, or for few kinds of threads.
struct FamilyTraits: Codable, Sendable, Hashable {
    /// What several threads have in common.
    struct Group: Codable, Sendable, Hashable {
        let traits: ThreadTraits
        /// Processes all of whose threads have it.
        var processes: [Int32] = []
        /// Threads of other processes.
        var threads: [Int32] = []
    }

    /// A process's choice of what goes into its core files.
    struct CoreFilter: Codable, Sendable, Hashable {
        let process: Int32
        /// As `/proc/PID/coredump_filter` has it, in hexadecimal digits.
        let filter: String
    }

    /// How readily a process is ended when memory is short.
    struct MemoryScore: Codable, Sendable, Hashable {
        let process: Int32
        /// As `/proc/PID/oom_score_adj` has it.
        let score: Int32
    }

    var groups: [Group] = []
    var coreFilters: [CoreFilter] = []
    /// Those that are not 0. CRIU restores them too, but of a score of 0 it makes that of whoever restores.
    var memoryScores: [MemoryScore] = []

    /// Whether there is nothing to be carried.
    var isEmpty: Bool { self == FamilyTraits() }

    /// What the kernel lets into core files unless it is told otherwise.
    static let usualCoreFilter = "00000033"

    /// Gives it to the processes of a container that was restored and stands still.
    /// - Parameters:
    ///   - members: the container's processes, among which there may be others.
    ///   - first: its first process.
    func give(to members: [Int32], of first: Int32) {
        guard let depth = ProcessNumbers(of: first)?.depth else { return }
        let whole = Self.byNumber(groups.flatMap { group in group.processes.map { ($0, group.traits) } })
        let single = Self.byNumber(groups.flatMap { group in group.threads.map { ($0, group.traits) } })
        let filters = Self.byNumber(coreFilters.map { ($0.process, $0.filter) })
        let scores = Self.byNumber(memoryScores.map { ($0.process, $0.score) })
        for process in members {
            guard let numbers = ProcessNumbers(of: process), numbers.depth == depth else { continue }
            let score = scores[numbers.inContainer] ?? 0
            if FamilySurvey.memoryScore(of: process) != score {
                // It has just ended.
                try? FileBytes.write("\(score)", to: "/proc/\(process)/oom_score_adj")
            }
            if let filter = filters[numbers.inContainer] {
                // It has just ended, or the kernel makes no core files.
                try? FileBytes.write("0x" + filter, to: "/proc/\(process)/coredump_filter")
            }
            if let traits = whole[numbers.inContainer] {
                for thread in FamilySurvey.threads(of: process) { traits.give(to: thread) }
            } else if !single.isEmpty {
                for thread in FamilySurvey.threads(of: process) {
                    if let number = ProcessNumbers(of: thread)?.inContainer { single[number]?.give(to: thread) }
                }
            }
        }
    }

    private static func byNumber<Value>(_ pairs: [(Int32, Value)]) -> [Int32: Value] {
        Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }
}
