import DockerEngine
import FleetModel
import Glibc

/// Whether there is room for the memory of a container that is about to be dumped.
///
/// A daemon ends a container before it writes its dump to where it was asked to: what finds no room there is lost, so
/// a lack of it must be found out before. The files of a container are still there when it has ended; they need not be
/// looked at.
struct DumpRoom: Sendable {
    /// What the descriptions of processes, files and sockets take at most, in bytes.
    private static let overhead = 1 << 20
    /// The memory that is written down, in bytes.
    let memoryBytes: Int

    /// Looks at the control group of a container's first process.
    init(of process: Int32) {
        let group = ProcessControlGroups(of: process).directory(for: "memory")
        memoryBytes = group.flatMap { FactFiles().text("\($0)/memory.stat") }.map(Self.memory) ?? 0
    }

    /// Refuses to begin where the storage of a dump has too little room.
    func require(in dump: DumpDirectory) throws(StepFailure) {
        var storage = statvfs()
        guard statvfs(dump.path, &storage) == 0 else { throw StepFailure("look at \(dump.path)", errno: errno) }
        let free = Int(clamping: UInt64(storage.f_bavail).multipliedReportingOverflow(by: UInt64(storage.f_frsize)).0)
        let needed = memoryBytes + Self.overhead
        guard free < needed else { return }
        throw StepFailure(
            code: .resourceExhausted,
            message: "the storage of the dumps has \(free) bytes left, and a dump may take \(needed)")
    }

    /// Private and shared memory, by a `memory.stat` of either version.
    static func memory(by statistics: String) -> Int {
        let lines = statistics.split(separator: "\n").map { $0.split(separator: " ") }.filter { $0.count == 2 }
        let values = Dictionary(lines.map { ($0[0], Int($0[1]) ?? 0) }, uniquingKeysWith: { first, _ in first })
        if let anonymous = values["anon"] { return anonymous + values["shmem", default: 0] }
        return values["total_rss", default: 0] + values["total_shmem", default: values["total_mapped_file", default: 0]]
    }
}
