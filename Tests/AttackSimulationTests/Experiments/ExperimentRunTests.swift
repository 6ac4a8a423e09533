import Synchronization
import Testing

@testable import AttackSimulation

@Suite("A run of an experiment")
struct ExperimentRunTests {
    private func result(_ json: [UInt8], seed: UInt64 = 1) throws -> ExperimentResult {
        try ExperimentRun(try Experiment(json: json), runs: 10, seed: seed).run(threads: 1)
    }

    private static let horizon = #"{"horizon":{"stays":3}}"#

    @Test("gives a point the same outcome whatever other series and steps there are")
    func independence() throws {
        let small = try result(MadeUp.json(base: Self.horizon, series: #"[{"label":"a"}]"#))
        let large = try result(
            MadeUp.json(
                base: Self.horizon, series: #"[{"label":"b"},{"label":"a"}]"#,
                steps: #"[{"label":"zeroth"},{"label":"first"}]"#))
        let points = large.panels[0].points
        #expect(points.map { "\($0.series) \($0.step)" } == ["b zeroth", "b first", "a zeroth", "a first"])
        #expect(points[3] == small.panels[0].points[0])
    }

    @Test("draws other numbers for every point, and for every seed")
    func luck() {
        var seeds: Set<UInt64> = []
        for seed in [0, 1, 1 << 63] as [UInt64] {
            for names in [("a", "b", "c"), ("ab", "", "c"), ("a", "bc", ""), ("c", "b", "a")] {
                seeds.insert(PointSeed.of(seed, panel: names.0, series: names.1, step: names.2))
            }
        }
        #expect(seeds.count == 12)
    }

    @Test("tells how far it is, and ends when it is told to")
    func cancellation() throws {
        let run = try ExperimentRun(try Experiment(json: MadeUp.json(base: Self.horizon)), runs: 10)
        let last = Mutex((0, 0))
        _ = try run.run(threads: 1, progress: { finished, of in last.withLock { $0 = (finished, of) } })
        #expect(last.withLock { $0.0 == $0.1 && $0.1 > 0 })
        #expect(throws: SimulationError.cancelled) { try run.run(threads: 1, isCancelled: { true }) }
    }
}
