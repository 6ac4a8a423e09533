import FleetModel
import Synchronization
import Testing

@testable import AttackSimulation

@Suite("Batches")
struct BatchTests {
    /// Jobs of different kinds and sizes.
    private var jobs: [SimulationBatch.Job] {
        let fleet = SimulatedFleet.synthetic(SyntheticFleet(hosts: 8, bystanders: 3))
        let scenarios = [
            Some.scenario(Some.exponential(mean: 100), horizon: .seconds(2000), fleet: fleet) { $0.reuse = .attribute },
            Some.scenario(Some.policy(.jittered(threshold: 0.5), rule: .softmax), horizon: .seconds(1000), fleet: fleet)
            {
                $0.attackers.pursuit = .chase(meanSeconds: 50)
                $0.attack = .gamma(shape: 3, mean: 60)
                $0.moves = MoveModel(gapSeconds: 1, pauseSeconds: 0.5, failureProbability: 0.1)
            },
            Some.scenario(Some.fixed(70), horizon: .stays(5), fleet: fleet) { $0.memory = .learning },
        ]
        return zip(scenarios, [430, 250, 101]).map { SimulationBatch.Job(scenario: $0, runs: $1, seed: 9) }
    }

    @Test("results are the same to the last bit however many threads share the work")
    func threads() throws {
        let batch = try SimulationBatch(jobs)
        let outcomes = try batch.run(threads: 1)
        #expect(outcomes.map(\.runs) == [430, 250, 101])
        for threads in [2, 7] { #expect(try batch.run(threads: threads) == outcomes) }
        #expect(try batch.run(isBackground: true) == outcomes)
    }

    @Test("a job's result does not depend on the jobs beside it, and another seed gives another one")
    func alone() throws {
        let together = try SimulationBatch(jobs).run()
        for (job, outcome) in zip(jobs, together) {
            #expect(try SimulationBatch([job]).run() == [outcome])
            var other = job
            other.seed = 10
            #expect(try SimulationBatch([other]).run() != [outcome])
        }
    }

    @Test("progress counts up to all runs")
    func progress() throws {
        let told = Mutex<[Int]>([])
        _ = try SimulationBatch(jobs).run(threads: 3) { finished, all in
            told.withLock { $0.append(finished) }
            #expect(all == 781)
        }
        let numbers = told.withLock { $0 }
        #expect(numbers == numbers.sorted() && numbers.last == 781)
    }

    @Test("a batch that is cancelled throws, before it begins and while it runs")
    func cancelled() throws {
        let batch = try SimulationBatch(jobs)
        #expect(throws: SimulationError.cancelled) { try batch.run(isCancelled: { true }) }
        let finished = Atomic(0)
        #expect(throws: SimulationError.cancelled) {
            try batch.run(
                threads: 2, progress: { number, _ in finished.store(number, ordering: .relaxed) },
                isCancelled: { finished.load(ordering: .relaxed) > 0 })
        }
        #expect(finished.load(ordering: .relaxed) < 781)
        // One long run must not keep a batch from being stopped.
        let asked = Atomic(0)
        let long = Some.scenario(Some.fixed(1), attack: .never, horizon: .seconds(1_000_000))
        #expect(throws: SimulationError.cancelled) {
            try SimulationBatch([.init(scenario: long, runs: 2, seed: 1)]).run(threads: 1) { _, _ in
            } isCancelled: {
                asked.add(1, ordering: .relaxed).newValue > 5
            }
        }
    }

    @Test("a batch of nothing has no results")
    func empty() throws {
        #expect(try SimulationBatch([]).run().isEmpty)
    }

    @Test("a job that cannot be run is refused with its place")
    func refused() throws {
        var jobs = jobs
        jobs[2].scenario.attackers.count = 99
        #expect(
            throws: SimulationError.job(
                2,
                .outOfRange(
                    field: "attackers.count", detail: "must be 0 to 8, so that each has a host to itself, is 99"))
        ) { try SimulationBatch(jobs) }
        jobs[0].runs = 1
        #expect(
            throws: SimulationError.job(0, .outOfRange(field: "runs", detail: "must be 2 to 10000000, is 1"))
        ) { try SimulationBatch(jobs) }
    }
}
