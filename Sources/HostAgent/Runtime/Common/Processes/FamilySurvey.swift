/// Finds what CRIU does not write down of a container's processes.
///
/// A container stands still while it is asked for, so what takes long is asked before, when it still runs: the timer slack of
/// each thread, and the numbers that threads have in the container. When it stands still, what is left is two system calls for
/// each thread. Programs choose their timer slack and core filter once, as a rule before anything else; a change in the last
/// milliseconds before a move is not seen.
struct FamilySurvey: Sendable {
    private struct Known: Sendable {
        var timerSlack: UInt64?
        var number: Int32?
    }

    private let usual: [UInt64]
    private var known: [Int32: Known] = [:]
    private var filters: [Int32: String] = [:]
    private var scores: [Int32: Int32] = [:]

    /// Asks running processes.
    init(of family: Set<Int32>, first: Int32) {
        usual = Self.usualProcessors(of: first)
        for process in family {
            filters[process] = Self.coreFilter(of: process) ?? FamilyTraits.usualCoreFilter
            scores[process] = Self.memoryScore(of: process)
            for thread in Self.threads(of: process) { known[thread] = look(at: thread) }
        }
    }

    /// Asks the processes once more, that stand still now.
    func finish(_ family: Set<Int32>) -> FamilyTraits {
        var found = FamilyTraits()
        var places: [ThreadTraits: Int] = [:]
        func group(_ traits: ThreadTraits) -> Int {
            if let place = places[traits] { return place }
            found.groups.append(FamilyTraits.Group(traits: traits))
            places[traits] = found.groups.count - 1
            return found.groups.count - 1
        }
        for process in family.sorted() {
            let threads = Self.threads(of: process).map { ($0, traits(of: $0)) }
            guard let first = threads.first?.1 else { continue }
            if threads.allSatisfy({ $0.1 == first }) {
                if !first.isEmpty, let number = number(of: process) {
                    let place = group(first)
                    found.groups[place].processes.append(number)
                }
            } else {
                for (thread, traits) in threads where !traits.isEmpty {
                    guard let number = number(of: thread) else { continue }
                    let place = group(traits)
                    found.groups[place].threads.append(number)
                }
            }
            let filter = filters[process] ?? Self.coreFilter(of: process) ?? FamilyTraits.usualCoreFilter
            if filter != FamilyTraits.usualCoreFilter, let number = number(of: process) {
                found.coreFilters.append(FamilyTraits.CoreFilter(process: number, filter: filter))
            }
            let score = scores[process] ?? Self.memoryScore(of: process) ?? 0
            if score != 0, let number = number(of: process) {
                found.memoryScores.append(FamilyTraits.MemoryScore(process: number, score: score))
            }
        }
        return found
    }

    private func look(at thread: Int32) -> Known {
        let slack = ThreadTraits.timerSlack(of: thread)
        let isUsual = slack == nil && ThreadTraits(ofThread: thread, usual: usual)?.isEmpty ?? true
        return Known(timerSlack: slack, number: isUsual ? nil : ProcessNumbers(of: thread)?.inContainer)
    }

    private func traits(of thread: Int32) -> ThreadTraits {
        var traits = ThreadTraits(ofThread: thread, usual: usual) ?? ThreadTraits()
        traits.timerSlack = known[thread].map(\.timerSlack) ?? ThreadTraits.timerSlack(of: thread)
        return traits
    }

    private func number(of thread: Int32) -> Int32? {
        known[thread]?.number ?? ProcessNumbers(of: thread)?.inContainer
    }

    /// The threads of a process.
    static func threads(of process: Int32) -> [Int32] { ProcessEntry.all(in: "/proc/\(process)/task") }

    private static func coreFilter(of process: Int32) -> String? {
        // It has just ended, or the kernel makes no core files.
        guard let bytes = try? FileBytes.read("/proc/\(process)/coredump_filter") else { return nil }
        let filter = String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        return filter.isEmpty ? nil : filter
    }

    /// How readily a process is ended when memory is short.
    static func memoryScore(of process: Int32) -> Int32? {
        FactFiles().line("/proc/\(process)/oom_score_adj").flatMap { Int32($0) }
    }

    /// The processors of a thread that has not asked for any: those that its control group may use.
    private static func usualProcessors(of process: Int32) -> [UInt64] {
        let files = FactFiles()
        let group = ProcessControlGroups(of: process).directory(for: "cpuset")
        let candidates =
            (group.map { ["\($0)/cpuset.cpus.effective", "\($0)/cpuset.effective_cpus"] } ?? [])
            + ["/sys/devices/system/cpu/online"]
        let list = candidates.lazy.compactMap { files.line($0) }.first ?? ""
        return ThreadTraits.processors(named: list)
    }
}
