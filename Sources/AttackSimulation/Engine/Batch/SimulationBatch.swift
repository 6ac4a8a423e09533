import Glibc

/// Many runs of scenarios on several threads.
///
/// Work is cut into blocks of 100 runs, larger ones where there would be more than 200. Each block has a synthetic fleet of its
/// own, and each run numbers of its own, all made of the job's seed and the block's or the run's number. Results are added up
/// block by block in the blocks' order. So they are the same to the last bit however many threads share the work, and jobs
/// with the same seed see the same fleets and walks.
public struct SimulationBatch: Sendable {
    /// Runs of one scenario.
    public struct Job: Sendable {
        /// What is simulated.
        public var scenario: Scenario
        /// How many times, 2 to ten million.
        public var runs: Int
        /// What decides all that is drawn.
        public var seed: UInt64
        /// What decides synthetic fleets; `seed` if it is `nil`. Jobs that differ in `seed` alone can have the same fleets with
        /// it, which makes comparing them fair, and saves making fleets for each.
        public var fleetSeed: UInt64?

        /// Runs of a scenario.
        public init(scenario: Scenario, runs: Int, seed: UInt64, fleetSeed: UInt64? = nil) {
            self.scenario = scenario
            self.runs = runs
            self.seed = seed
            self.fleetSeed = fleetSeed
        }
    }

    /// What nice(2) adds for work in the background, so that it takes only what others leave.
    private static let backgroundNiceness: Int32 = 10

    private let jobs: [Job]

    /// Runs to be made.
    /// - Throws: `SimulationError.job` with the place of the first job that cannot be run, and what is wrong with it.
    public init(_ jobs: [Job]) throws(SimulationError) {
        for (place, job) in jobs.enumerated() {
            do throws(SimulationError) {
                try job.scenario.validate()
                // How far results spread is estimated from runs, of which one has no spread.
                try Scenario.check(job.runs, in: 2...10_000_000, "runs")
            } catch {
                throw .job(place, error)
            }
        }
        self.jobs = jobs
    }

    /// Runs everything. The calling thread waits; the work is done on threads of its own.
    /// - Parameters:
    ///   - threads: How many, at least 1; `nil` for as many as there are processors.
    ///   - isBackground: Whether the work makes way for everything else on the machine.
    ///   - progress: Told how many runs are finished, and of how many. It is called by the threads that do the work, one at a
    ///     time and with ever larger numbers.
    ///   - isCancelled: Asked now and then whether to stop, by several threads at once.
    /// - Returns: What came of each job, in the jobs' order.
    /// - Throws: `SimulationError.cancelled` when it was stopped.
    public func run(
        threads: Int? = nil, isBackground: Bool = false,
        progress: @escaping @Sendable (_ finished: Int, _ of: Int) -> Void = { _, _ in },
        isCancelled: @escaping @Sendable () -> Bool = { false }
    ) throws(SimulationError) -> [Outcome] {
        let queue = BlockQueue(jobs, progress: progress, isCancelled: isCancelled)
        let wanted = threads ?? max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        OwnThreads.run(min(max(1, wanted), max(1, queue.blockCount))) {
            // On Linux this is the thread's own, whatever POSIX says of processes.
            if isBackground { _ = nice(Self.backgroundNiceness) }
            var worker = BlockWorker()
            while let block = queue.next() {
                guard let tally = worker.run(block, isCancelled: isCancelled) else { return }
                queue.finish(block, tally)
            }
        }
        guard let outcomes = queue.outcomes else { throw .cancelled }
        return outcomes
    }
}
