import Testing

@testable import AttackSimulation

@Suite("A comparison with a baseline")
struct ComparisonTests {
    @Test("adds the variances of both for a difference")
    func difference() throws {
        let difference = try #require(
            MadeUp.estimate(0.7, 0.03).compared(with: MadeUp.estimate(0.5, 0.04), as: .difference))
        #expect(abs(difference.value - 0.2) < 1e-12)
        #expect(abs(difference.low - 0.15) < 1e-12)
        #expect(abs(difference.high - 0.25) < 1e-12)
    }

    @Test("keeps an interval lopsided that is so")
    func lopsided() throws {
        let one = Estimate(value: 1, low: 0.97, high: 1)
        let other = Estimate(value: 0, low: 0, high: 0.04)
        let difference = try #require(one.compared(with: other, as: .difference))
        #expect(abs(difference.low - 0.95) < 1e-12)
        #expect(difference.high == 1)
    }

    @Test("adds the relative variances of both for a gain")
    func gain() throws {
        // A tenth more, with 3 % and 4 % of error.
        let gain = try #require(MadeUp.estimate(0.55, 0.0165).compared(with: MadeUp.estimate(0.5, 0.02), as: .gain))
        #expect(abs(gain.value - 0.1) < 1e-12)
        #expect(abs(gain.low - (0.1 - 1.1 * 0.05)) < 1e-12)
        #expect(abs(gain.high - (0.1 + 1.1 * 0.05)) < 1e-12)
    }

    @Test("knows no gain over nothing")
    func nothing() { #expect(MadeUp.estimate(0.5).compared(with: MadeUp.estimate(0), as: .gain) == nil) }

    @Test("is what a panel with a baseline shows, step by step, and the baseline itself is 0")
    func panel() {
        let panel = MadeUp.panel(
            at: [1, 2], series: ["static", "moving"], baseline: Panel.Baseline(series: "static", shows: .difference))
        let result = MadeUp.result(
            panel,
            [
                [MadeUp.estimate(0.25), MadeUp.estimate(0.5)], [MadeUp.estimate(0.75), MadeUp.estimate(0.25)],
            ])
        #expect(result.points.map { $0.y?.value } == [0, 0, 0.5, -0.25])
        #expect(result.points.map(\.outcome.survival.value) == [0.25, 0.5, 0.75, 0.25])
    }
}
