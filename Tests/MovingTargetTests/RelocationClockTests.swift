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
            let clock = RelocationClock(.deadline(seconds: dwell, threshold: threshold))
            let deadline = clock.deadline(arrivedAt: epoch, at: epoch, using: &generator) ?? epoch
            // Deadlines are whole milliseconds.
            #expect(abs(deadline.seconds(since: epoch) - dwell) <= 0.0005 + dwell * 1e-12)
            #expect(abs(clock.risk(arrivedAt: epoch, at: deadline) - threshold) < 1e-4)
            #expect(clock.risk(arrivedAt: epoch, at: deadline.advanced(bySeconds: -0.01)) < threshold)
            #expect(clock.risk(arrivedAt: epoch, at: deadline.advanced(bySeconds: 0.01)) > threshold)
        }
    }

    @Test(
        "values worked out by hand come out",
        arguments: [(0.5, 1.5, 1.040), (0.13, 120, 16.711), (0.9, 10, 23.026)])
    func knownValues(threshold: Double, attack: Double, seconds: Double) {
        var generator = SeededGenerator(seed: 2)
        let clock = RelocationClock(SomePolicy.with(.deadline(threshold: threshold), attack: attack))
        let deadline = clock.deadline(arrivedAt: epoch, at: epoch, using: &generator)
        #expect(deadline == epoch.advanced(bySeconds: seconds))
    }

    @Test("the risk begins at nothing, only grows and never passes one")
    func risk() {
        let clock = RelocationClock(SomePolicy.with(.deadline(threshold: 0.13), attack: 100))
        #expect(clock.risk(arrivedAt: epoch, at: epoch.advanced(bySeconds: -5)) == 0)
        let risks = (0..<1000).map { clock.risk(arrivedAt: epoch, at: epoch.advanced(bySeconds: Double($0))) }
        #expect(risks.first == 0)
        #expect(zip(risks, risks.dropFirst()).allSatisfy { $0 < $1 && $1 < 1 })
        #expect(clock.risk(arrivedAt: epoch, at: epoch.advanced(bySeconds: 1e9)) == 1)
    }

    @Test("a static clock never fires, whatever its bounds")
    func never() {
        var generator = SeededGenerator(seed: 3)
        for policy in [SomePolicy.with(.static), SomePolicy.with(.static, min: 5, max: 10)] {
            let clock = RelocationClock(policy)
            #expect(clock.draw(using: &generator) == nil && clock.draw(after: 1e9, using: &generator) == nil)
            #expect(clock.deadline(arrivedAt: epoch, at: epoch, using: &generator) == nil)
            #expect(clock.quantile(0.5) == nil && clock.meanSeconds == nil && clock.maximumSeconds == nil)
            #expect(clock.survival(1e12) == 1 && !clock.fires && clock.entropy == nil)
            #expect(clock.perStaySuccess(fixedAttack: 1e12) == 1)
            #expect(clock.perStaySuccess(meanExponentialAttack: 1e12) == 1)
            #expect(clock.perStaySuccess(fixedAttackFromRandomInstant: 1e12) == 1)
        }
    }

    @Test("a quantile is the first time at which its share of stays is over", arguments: SomePolicy.bounded)
    func inverse(policy: Policy) throws {
        let clock = RelocationClock(bare: policy)
        var last = 0.0
        for step in 0...1000 {
            let share = Double(step) / 1000
            let time = try #require(clock.quantile(share))
            #expect(time >= last)
            last = time
            guard time.isFinite, share > 0 else { continue }
            #expect(1 - clock.survival(time) >= share - 1e-9)
            // Not so shortly before: what is left to the stays is more than it may be.
            let before = time * (1 - 1e-9)
            #expect(1 - clock.reach(before) <= share + 1e-6)
        }
        for step in 1...500 {
            let time = Double(step)
            let survival = clock.survival(time)
            guard survival > 0, survival < 1 else { continue }
            // Where stays end at any time the two are inverse; where they end in steps, up to the step.
            #expect(try #require(clock.quantile(1 - survival - 1e-12)) <= time * (1 + 1e-9))
        }
    }

    @Test("survival begins at 1, never rises and ends at 0; reach is never less", arguments: SomePolicy.bounded)
    func monotone(policy: Policy) {
        let clock = RelocationClock(bare: policy)
        #expect(clock.survival(-1) == 1 && clock.reach(0) == 1)
        let times = (0..<4000).map { Double($0) / 4 }
        let survivals = times.map(clock.survival)
        #expect(zip(survivals, survivals.dropFirst()).allSatisfy { $0 >= $1 })
        #expect(times.allSatisfy { clock.reach($0) >= clock.survival($0) })
        #expect(clock.survival(1e7) < 1e-12)
    }

    @Test("every draw keeps to the bounds, also when time has passed already", arguments: SomePolicy.bounded)
    func bounds(policy: Policy) throws {
        let clock = RelocationClock(policy, defaultMinSeconds: 3)
        let most = clock.maximumSeconds ?? .infinity
        let least = min(policy.dwell.minSeconds ?? 3, policy.dwell.maxSeconds ?? .infinity)
        #expect(clock.minimumSeconds >= least && most <= policy.dwell.maxSeconds ?? .infinity)
        for elapsed in [0, 1, 10, 50, 100, 1000.0] {
            clock.draws(300, seed: 4, after: elapsed) { seconds in
                #expect(seconds >= elapsed && seconds >= clock.minimumSeconds)
                #expect(seconds <= max(elapsed, most))
            }
        }
        #expect((clock.minimumSeconds == most) == clock.isPredictable)
    }

    @Test("the shortest stay holds back every clock, and gives way to the longest")
    func precedence() {
        var generator = SeededGenerator(seed: 5)
        for policy in SomePolicy.firing {
            #expect(RelocationClock(policy, defaultMinSeconds: 5000).quantile(0.001) == 5000)
            var capped = policy
            capped.dwell.maxSeconds = 12
            let clock = RelocationClock(capped, defaultMinSeconds: 5000)
            #expect(clock.draw(using: &generator) == 12 && clock.meanSeconds == 12 && clock.isPredictable)
            capped.dwell.minSeconds = 8
            #expect(RelocationClock(capped, defaultMinSeconds: 5000).minimumSeconds <= 12)
        }
    }

    @Test("given the time elapsed, draws follow what is left of the law", arguments: SomePolicy.bounded)
    func conditional(policy: Policy) {
        let clock = RelocationClock(bare: policy)
        for elapsed in [5, 30, 55.5] {
            let left = clock.survival(elapsed)
            guard left > 0 else { continue }
            for time in [elapsed + 3, elapsed + 12, elapsed + 60] {
                var longer = Sample()
                clock.draws(4000, seed: 6, after: elapsed) { longer.add($0 > time) }
                #expect(abs(longer.z(against: clock.survival(time) / left)) < 4)
            }
        }
    }

    @Test("when nothing is left of a law the stay is over now")
    func nothingLeft() {
        var generator = SeededGenerator(seed: 7)
        for policy in SomePolicy.bounded {
            let clock = RelocationClock(policy)
            guard let most = clock.maximumSeconds else { continue }
            for elapsed in [most, most + 0.1, most * 7] {
                #expect(clock.draw(after: elapsed, using: &generator) == elapsed)
                let now = epoch.advanced(bySeconds: elapsed)
                #expect(clock.deadline(arrivedAt: epoch, at: now, using: &generator) == now)
            }
        }
    }

    @Test("an exponential clock does not remember, not even after a thousand mean stays")
    func memoryless() {
        let policies = [
            SomePolicy.with(.exponential, attack: 50), SomePolicy.tick(0.1, mean: 10, seconds: 24, .draw),
        ]
        for policy in policies {
            let clock = RelocationClock(bare: policy)
            for elapsed in [0, 480, 50016.0] {
                var rest = Sample()
                clock.draws(20000, seed: 8, after: elapsed) { rest.add($0 - elapsed) }
                #expect(abs(rest.z(against: clock.meanSeconds ?? 0)) < 4)
            }
        }
    }

    @Test("a draw takes one random number, and a deadline is never before now")
    func deadlines() {
        var generator = SeededGenerator(seed: 9)
        for policy in SomePolicy.bounded {
            let clock = RelocationClock(policy)
            for elapsed in [-20, 0, 10, 60, 600.0] {
                let now = epoch.advanced(bySeconds: elapsed)
                var copy = generator
                let deadline = clock.deadline(arrivedAt: epoch, at: now, using: &generator)
                _ = copy.next()
                #expect(copy.next() == generator.next())
                #expect(deadline.map { $0 >= now } ?? false)
            }
        }
    }
}
