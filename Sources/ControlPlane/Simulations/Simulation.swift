import AttackSimulation
import FleetModel

/// A simulation that somebody asked for.
struct Simulation: Sendable {
    /// What it is about.
    enum Kind: String, Encodable, Sendable {
        /// One of the program's experiments.
        case experiment
        /// An experiment that somebody wrote.
        case document
        /// The fleet as it was when it was asked for.
        case whatIf
    }

    /// How far it is.
    enum State: Sendable {
        case waiting
        case running
        case completed(ExperimentResult)
        case failed(String)
        case cancelled
    }

    let id: Int64
    let kind: Kind
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

/// A simulation on the wire.
struct SimulationView: Encodable {
    var simulation: Simulation
    /// Whether what came of it is in it.
    var isInFull: Bool

    private enum Keys: String, CodingKey {
        case id, name, title, kind, state, detail, finishedRuns, allRuns, runs, seed, createdAt, startedAt, endedAt
        case createdBy, figures, report, result
    }

    private struct Figure: Encodable {
        var panel: String
        var title: String
        var href: String
    }

    func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: Keys.self)
        let experiment = simulation.run.experiment
        try fields.encode(simulation.id, forKey: .id)
        try fields.encode(experiment.name, forKey: .name)
        try fields.encode(experiment.title, forKey: .title)
        try fields.encode(simulation.kind, forKey: .kind)
        try fields.encode(word, forKey: .state)
        try fields.encode(detail, forKey: .detail)
        try fields.encode(simulation.finishedRuns, forKey: .finishedRuns)
        try fields.encode(simulation.allRuns, forKey: .allRuns)
        try fields.encode(simulation.run.runs, forKey: .runs)
        try fields.encode(simulation.run.seed, forKey: .seed)
        try fields.encode(simulation.createdAt, forKey: .createdAt)
        try fields.encode(simulation.startedAt, forKey: .startedAt)
        try fields.encode(simulation.endedAt, forKey: .endedAt)
        try fields.encode(simulation.createdBy, forKey: .createdBy)
        guard isInFull, let result = simulation.result else { return }
        let figures = experiment.panels.map { panel in
            Figure(
                panel: panel.name, title: panel.title,
                href: "/v1/simulations/\(simulation.id)/figures/\(panel.name).svg")
        }
        try fields.encode(figures, forKey: .figures)
        try fields.encode(MarkdownReport(result, command: command).text, forKey: .report)
        try fields.encode(result, forKey: .result)
    }

    private var word: String {
        switch simulation.state {
        case .waiting: "waiting"
        case .running: "running"
        case .completed: "completed"
        case .failed: "failed"
        case .cancelled: "cancelled"
        }
    }

    private var detail: String? { if case .failed(let detail) = simulation.state { detail } else { nil } }

    /// What gives the same result again. The document of a fleet is not among the program's experiments.
    private var command: String {
        let (name, run) = (simulation.run.experiment.name, simulation.run)
        let options = "--runs \(run.runs) --seed \(run.seed) --out DIR"
        return "relocate simulate \(simulation.kind == .experiment ? name : "--file \(name).json") \(options)"
    }
}
