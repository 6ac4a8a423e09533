import MovingTarget
import Synchronization

/// A block of a job's runs.
struct Block: Sendable {
    /// A job has at most so many blocks: a fleet for each costs more than many runs do, and so many fleets are enough to tell
    /// how much results hang on one.
    private static let most = 200
    private static let leastSize = 100

    /// How many runs a block of a job has; the last one may have fewer.
    private static func size(for job: SimulationBatch.Job) -> Int { max(leastSize, (job.runs + most - 1) / most) }

    let job: SimulationBatch.Job
    /// The job's place.
    let place: Int
    /// The block's place in the job.
    let number: Int

    /// The numbers of its runs.
    var runs: Range<Int> {
        let size = Self.size(for: job)
        return number * size..<min((number + 1) * size, job.runs)
    }

    /// How many blocks a job has.
    static func count(of job: SimulationBatch.Job) -> Int {
        let size = size(for: job)
        return (job.runs + size - 1) / size
    }
}

/// The blocks that are to be done, and what came of those that are.
///
/// The first blocks of all jobs come first, then the second ones, and so on: those of jobs with the same seed have the same
/// fleet, which is then made only once.
final class BlockQueue: Sendable {
    private struct State {
        var place = 0
        var number = 0
        var finishedRuns = 0
        var tallies: [[BlockTally?]]
    }

    let blockCount: Int
    private let jobs: [SimulationBatch.Job]
    private let runCount: Int
    private let roundCount: Int
    private let progress: @Sendable (Int, Int) -> Void
    private let isCancelled: @Sendable () -> Bool
    private let state: Mutex<State>
    /// Held while progress is told, so that it is told in order; `state` is free meanwhile.
    private let told = Mutex(0)

    init(
        _ jobs: [SimulationBatch.Job], progress: @escaping @Sendable (Int, Int) -> Void,
        isCancelled: @escaping @Sendable () -> Bool
    ) {
        self.jobs = jobs
        self.progress = progress
        self.isCancelled = isCancelled
        let counts = jobs.map { Block.count(of: $0) }
        blockCount = counts.reduce(0, +)
        roundCount = counts.max() ?? 0
        runCount = jobs.reduce(0) { $0 + $1.runs }
        state = Mutex(State(tallies: counts.map { Array(repeating: nil, count: $0) }))
    }

    /// Takes the next block; `nil` when there is none, or when it is time to stop.
    func next() -> Block? {
        guard !isCancelled() else { return nil }
        return state.withLock { state in
            while state.number < roundCount {
                let (place, number) = (state.place, state.number)
                state.place += 1
                if state.place == jobs.count { (state.place, state.number) = (0, number + 1) }
                if number < Block.count(of: jobs[place]) {
                    return Block(job: jobs[place], place: place, number: number)
                }
            }
            return nil
        }
    }

    /// Takes what came of a block.
    func finish(_ block: Block, _ tally: BlockTally) {
        let finished = state.withLock { state in
            state.tallies[block.place][block.number] = tally
            state.finishedRuns += tally.runs
            return state.finishedRuns
        }
        told.withLock { told in
            guard finished > told else { return }
            told = finished
            progress(finished, runCount)
        }
    }

    /// What came of the jobs; `nil` when not all of them are done.
    var outcomes: [Outcome]? {
        state.withLock { state in
            var outcomes: [Outcome] = []
            for (job, tallies) in zip(jobs, state.tallies) {
                let done = tallies.compactMap(\.self)
                guard done.count == tallies.count else { return nil }
                outcomes.append(
                    Outcome(done, of: job.scenario, clockFires: RelocationClock(job.scenario.policy).fires))
            }
            return outcomes
        }
    }
}
