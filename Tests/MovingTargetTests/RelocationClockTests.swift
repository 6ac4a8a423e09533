import FleetModel
import Glibc
import MovingTarget
import RelocateTesting
import Testing

@Suite("The clock")
struct RelocationClockTests {
    @Test("at the deadline the risk is the threshold: t* = −ln(1 − T)/λ")
    func closedForm() {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<2000 {
            let threshold = Double.random(in: 0.001...0.999, using: &generator)
            let dwell = exp(Double.random(in: log(10)...log(86400 * 30), using: &generator))
            let clock = RelocationClock(
                DeadlineClock(threshold: threshold, attacksPerSecond: -log1p(-threshold) / dwell))
            let deadline = clock.deadline(arrivedAt: epoch)
            // Deadlines are whole milliseconds.
            #expect(abs(deadline.seconds(since: epoch) - dwell) <= 0.0005 + dwell * 1e-12)
            #expect(abs(clock.risk(arrivedAt: epoch, at: deadline) - threshold) < 1e-4)
            #expect(clock.risk(arrivedAt: epoch, at: deadline.advanced(bySeconds: -0.01)) < threshold)
            #expect(clock.risk(arrivedAt: epoch, at: deadline.advanced(bySeconds: 0.01)) > threshold)
        }
    }

    @Test(
        "values worked out by hand come out",
        arguments: [(0.5, 1.0, 0.693), (0.13, 1.0 / 120, 16.711), (0.9, 0.1, 23.026)])
    func knownValues(threshold: Double, rate: Double, seconds: Double) {
        let clock = RelocationClock(DeadlineClock(threshold: threshold, attacksPerSecond: rate))
        #expect(clock.deadline(arrivedAt: epoch) == epoch.advanced(bySeconds: seconds))
    }

    @Test("the risk begins at nothing, only grows and never passes one")
    func risk() {
        let clock = RelocationClock(DeadlineClock(threshold: 0.13, attacksPerSecond: 0.01))
        #expect(clock.risk(arrivedAt: epoch, at: epoch.advanced(bySeconds: -5)) == 0)
        let risks = (0..<1000).map { clock.risk(arrivedAt: epoch, at: epoch.advanced(bySeconds: Double($0))) }
        #expect(risks.first == 0)
        #expect(zip(risks, risks.dropFirst()).allSatisfy { $0 < $1 && $1 < 1 })
        #expect(clock.risk(arrivedAt: epoch, at: epoch.advanced(bySeconds: 1e9)) == 1)
    }
}
