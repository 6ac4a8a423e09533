import FleetModel
import Synchronization

/// How all stays stand, for everyone to read at once without waiting for what is being done to them.
final class StayBoard: Sendable {
    private struct Entry {
        var phase: StayPhase
        var process: WatchedProcess?
    }

    private let entries = Mutex<[Stay: Entry]>([:])

    /// Puts up how a stay stands.
    func post(_ stay: Stay, _ phase: StayPhase, _ process: WatchedProcess?) {
        entries.withLock { $0[stay] = Entry(phase: phase, process: process) }
    }

    /// Takes a stay down.
    func remove(_ stay: Stay) {
        entries.withLock { $0[stay] = nil }
    }

    /// All stays. Whether a process still runs is asked of the kernel now.
    var presence: [StayPresence] {
        entries.withLock { entries in
            entries.compactMap { stay, entry in
                state(of: entry, arrival: stay.arrival).map { StayPresence(stay: stay, state: $0) }
            }
        }
    }

    private func state(of entry: Entry, arrival: RelocationID?) -> PresenceState? {
        switch entry.phase {
        case .starting:
            nil
        case .prepared:
            arrival.map { .prepared($0) }
        case .held(_, .arrival), .releasing(_, .arrival):
            arrival.map { .held($0) }
        case .held(_, .revival(let relocation)), .releasing(_, .revival(let relocation)):
            .dumped(relocation)
        case .running, .dumping:
            entry.process?.runs == true ? .running : .exited(entry.process?.exitStatus)
        case .dumped(let relocation):
            .dumped(relocation)
        }
    }
}
