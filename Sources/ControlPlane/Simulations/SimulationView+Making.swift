import AttackSimulation
import FleetAPI

extension SimulationView<ExperimentResult> {
    /// A simulation.
    /// - Parameter isInFull: whether what came of it is in it.
    init(_ simulation: Simulation, isInFull: Bool) {
        let experiment = simulation.run.experiment
        self.init(
            id: simulation.id, name: experiment.name, title: experiment.title, kind: simulation.kind,
            state: simulation.state.word, detail: simulation.state.detail, finishedRuns: simulation.finishedRuns,
            allRuns: simulation.allRuns, runs: simulation.run.runs, seed: simulation.run.seed,
            createdAt: simulation.createdAt, startedAt: simulation.startedAt, endedAt: simulation.endedAt,
            createdBy: simulation.createdBy)
        guard isInFull, let result = simulation.result else { return }
        outcome = Outcome(
            figures: experiment.panels.map { panel in
                Figure(
                    panel: panel.name, title: panel.title,
                    href: "/v1/simulations/\(simulation.id)/figures/\(panel.name).svg")
            }, report: MarkdownReport(result, command: simulation.command).text, result: result)
    }
}

extension Simulation {
    /// What gives the same result again. The document of a fleet is not among the program's experiments.
    fileprivate var command: String {
        let name = run.experiment.name
        let options = "--runs \(run.runs) --seed \(run.seed) --out DIR"
        return "relocate simulate \(kind == .experiment ? name : "--file \(name).json") \(options)"
    }
}

extension Simulation.State {
    fileprivate var word: SimulationState {
        switch self {
        case .waiting: .waiting
        case .running: .running
        case .completed: .completed
        case .failed: .failed
        case .cancelled: .cancelled
        }
    }

    fileprivate var detail: String? { if case .failed(let detail) = self { detail } else { nil } }
}

extension ExperimentView {
    /// An experiment of the program.
    init(_ experiment: Experiment) {
        self.init(
            name: experiment.name, title: experiment.title, question: experiment.question, runs: experiment.runs,
            seed: experiment.seed, points: experiment.pointCount,
            panels: experiment.panels.map { Panel(name: $0.name, title: $0.title) })
    }
}
