import FleetModel

/// An experiment that is ready to run: every scenario is known to be right.
public struct ExperimentRun: Sendable {
    /// What is asked.
    public let experiment: Experiment
    /// How many runs each point has.
    public let runs: Int
    /// The seed.
    public let seed: UInt64
    private let batch: SimulationBatch

    /// Makes it ready.
    /// - Parameters:
    ///   - runs: how many runs each point has, 2 to 1,000,000; the experiment's own number if left out.
    ///   - seed: the experiment's own if left out.
    /// - Throws: `SimulationError.outOfRange` with the place in the experiment that is wrong.
    public init(_ experiment: Experiment, runs: Int? = nil, seed: UInt64? = nil) throws(SimulationError) {
        let (runs, seed) = (runs ?? experiment.runs, seed ?? experiment.seed)
        try Experiment.check(runs: runs)
        batch = try SimulationBatch(
            try experiment.points().map { point in
                let panel = experiment.panels[point.panel]
                return SimulationBatch.Job(
                    scenario: point.scenario, runs: runs,
                    seed: PointSeed.of(
                        seed, panel: panel.name, series: panel.series[point.series].label,
                        step: panel.x.steps[point.step].name),
                    fleetSeed: seed)
            })
        self.experiment = experiment
        self.runs = runs
        self.seed = seed
    }

    /// How many points there are.
    public var pointCount: Int { experiment.pointCount }

    /// Runs it. The result is the same however many threads there are.
    /// - Parameters:
    ///   - threads: how many threads share the work; as many as there are processors if left out.
    ///   - isBackground: whether everything else on the machine goes first.
    ///   - progress: hears how many runs of how many are finished, from any thread.
    ///   - isCancelled: asked now and then, from any thread, whether to stop.
    /// - Throws: `SimulationError.cancelled` when it was stopped.
    public func run(
        threads: Int? = nil, isBackground: Bool = false,
        progress: @escaping @Sendable (_ finished: Int, _ of: Int) -> Void = { _, _ in },
        isCancelled: @escaping @Sendable () -> Bool = { false }
    ) throws(SimulationError) -> ExperimentResult {
        let outcomes = try batch.run(
            threads: threads, isBackground: isBackground, progress: progress, isCancelled: isCancelled)
        var panels: [PanelResult] = []
        var rest = outcomes[...]
        for panel in experiment.panels {
            panels.append(PanelResult(panel, outcomes: Array(rest.prefix(panel.pointCount))))
            rest = rest.dropFirst(panel.pointCount)
        }
        return ExperimentResult(
            experiment: experiment, runs: runs, seed: seed, version: RelocateVersion.current, panels: panels)
    }
}
