import AttackSimulation
import FleetAPI
import FleetModel

/// A simulation that somebody asked for.
struct Simulation: Sendable {
    /// How far it is.
    enum State: Sendable {
        case waiting
        case running
        case completed(ExperimentResult)
        case failed(String)
        case cancelled
    }

    let id: Int64
    let kind: SimulationKind
    let run: ExperimentRun
    let createdAt: Timestamp
    let createdBy: String
    var state = State.waiting
    var startedAt: Timestamp?
    var endedAt: Timestamp?
    var finishedRuns = 0

    /// How many runs there are all together.
    var allRuns: Int { run.runs * run.pointCount }

    /// Whether it has not begun.
    var isWaiting: Bool { if case .waiting = state { true } else { false } }

    /// Whether it will not change any more.
    var isOver: Bool {
        switch state {
        case .waiting, .running: false
        case .completed, .failed, .cancelled: true
        }
    }

    /// What came of it; `nil` before.
    var result: ExperimentResult? { if case .completed(let result) = state { result } else { nil } }
}
