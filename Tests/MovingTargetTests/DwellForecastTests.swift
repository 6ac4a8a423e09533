import FleetModel
import Glibc
import MovingTarget
import Testing

@Suite("The forecast of stays")
struct DwellForecastTests {
    @Test("it says what the clock says", arguments: SomePolicy.bounded)
    func agrees(policy: Policy) throws {
        let clock = RelocationClock(policy, defaultMinSeconds: 2)
        let forecast = DwellForecast(policy, defaultMinSeconds: 2, moveSeconds: 0.5, pauseSeconds: 0.1)
        let mean = try #require(clock.meanSeconds)
        #expect(forecast.meanSeconds == mean && forecast.minSeconds == clock.minimumSeconds)
        #expect(forecast.maxSeconds == clock.maximumSeconds && forecast.entropyNats == clock.entropy)
        #expect(forecast.quantiles.map(\.share) == [0.05, 0.25, 0.5, 0.75, 0.95, 0.99])
        #expect(forecast.quantiles.allSatisfy { $0.seconds == clock.quantile($0.share) })
        #expect(abs(forecast.movesPerHour - 3600 / (mean + 0.5)) < 1e-9)
        #expect(abs(forecast.downtimeShare - 0.1 / (mean + 0.1)) < 1e-12)
        let attacks = Set([20, 60, 300, 3600, 21600, policy.assumedAttackSeconds]).sorted()
        #expect(forecast.attacks.map(\.attackSeconds) == attacks)
        #expect(forecast.attacks.filter(\.isAssumed).map(\.attackSeconds) == [policy.assumedAttackSeconds])
        for attack in forecast.attacks {
            let seconds = attack.attackSeconds
            #expect(attack.fixed.perStay == clock.perStaySuccess(fixedAttack: seconds))
            #expect(attack.exponential.perStay == clock.perStaySuccess(meanExponentialAttack: seconds))
            let late = clock.perStaySuccess(fixedAttackFromRandomInstant: seconds)
            #expect(attack.fixedFromRandomInstant.perStay == late)
            for outcome in [attack.fixed, attack.exponential, attack.fixedFromRandomInstant] {
                #expect((0...1).contains(outcome.perStay) && outcome.resisted == 1 - outcome.perStay)
            }
        }
    }

    @Test("the curve falls from 1, has at most 101 points, shows jumps upright and nearly all of the law")
    func curve() {
        for policy in SomePolicy.bounded {
            let clock = RelocationClock(policy)
            let curve = DwellForecast(policy).curve
            #expect(curve.count <= 101 && curve.count > 50)
            #expect(curve.first == DwellForecast(policy).curve.first && curve.first?.survival == 1)
            #expect((curve.last?.survival ?? 1) <= 0.01 + 1e-9)
            for (before, after) in zip(curve, curve.dropFirst()) {
                #expect(before.seconds <= after.seconds && before.survival >= after.survival)
            }
            if clock.isPredictable { #expect(curve.suffix(2).map(\.survival) == [1, 0]) }
        }
    }

    @Test("a static policy moves nothing and resists nothing")
    func neverMoves() {
        let forecast = DwellForecast(SomePolicy.with(.static), moveSeconds: 1, pauseSeconds: 1)
        #expect(forecast.meanSeconds == nil && forecast.minSeconds == nil && forecast.maxSeconds == nil)
        #expect(forecast.quantiles.isEmpty && forecast.curve.isEmpty)
        #expect(forecast.movesPerHour == 0 && forecast.downtimeShare == 0)
        #expect(forecast.attacks.allSatisfy { $0.fixed.resisted == 0 && $0.exponential.resisted == 0 })
        #expect(forecast.warnings.count == 1 && forecast.warnings[0].contains("never fires"))
    }

    @Test("it survives JSON, as all its numbers are finite", arguments: [SomePolicy.with(.static)] + SomePolicy.bounded)
    func json(policy: Policy) throws {
        let forecast = DwellForecast(policy, moveSeconds: 0.2, pauseSeconds: 0.05)
        let copy = try FleetJSON.decode(DwellForecast.self, from: try FleetJSON.encode(forecast))
        #expect(copy == forecast)
    }

    @Test("the default policy resists attacks that take as long as it assumes, and calls for no warning")
    func defaultPolicy() throws {
        let forecast = DwellForecast(Policy(), moveSeconds: 0.2, pauseSeconds: 0.05)
        #expect(forecast.warnings.isEmpty)
        let assumed = try #require(forecast.attacks.first { $0.isAssumed })
        #expect(assumed.fixed.resisted == 1 && assumed.exponential.resisted > 0.93)
    }

    private static func warnings(_ policy: Policy, min: Double = 1, pause: Double = 0) -> String {
        DwellForecast(policy, defaultMinSeconds: min, pauseSeconds: pause).warnings.joined(separator: "\n")
    }

    @Test("an unbounded clock is said to be, with the probability of a stay as long as an attack")
    func unbounded() {
        let words = Self.warnings(SomePolicy.with(.exponential, attack: 100))
        #expect(words.contains("no bound; a stay reaches the assumed attack time of 100 s with probability 36.79 %"))
        #expect(!Self.warnings(SomePolicy.with(.exponential, attack: 100, max: 20)).contains("no bound"))
        let capped = Self.warnings(SomePolicy.with(.cappedExponential(threshold: 0.8), attack: 100))
        #expect(capped.contains("A stay can last up to 2.68 min; a stay reaches"))
    }

    @Test("equal stays are said to be predictable, also those that bounds make equal")
    func predictable() {
        #expect(Self.warnings(SomePolicy.with(.deadline(threshold: 0.1))).contains("Every stay lasts 105 s: whoever"))
        let bounded = SomePolicy.with(.exponential, min: 30, max: 30)
        #expect(Self.warnings(bounded).contains("Every stay lasts 30 s (the bounds leave one length only): whoever"))
        #expect(!Self.warnings(SomePolicy.with(.jittered(threshold: 0.1))).contains("whoever"))
    }

    @Test("mean stays between half and twice the attack time are warned of")
    func worstZone() {
        for (seconds, isWarned) in [(49.0, false), (50, true), (100, true), (200, true), (201, false)] {
            let words = Self.warnings(SomePolicy.with(.periodic(seconds: seconds, jitter: 0), attack: 100))
            #expect(words.contains("between half and twice") == isWarned)
        }
    }

    @Test("an attack that is shorter than any stay is said to succeed in every one")
    func shortAttacks() {
        let words = Self.warnings(SomePolicy.with(.periodic(seconds: 600, jitter: 0.5), attack: 20))
        #expect(words.contains("The assumed attack time of 20 s is no longer than the shortest stay, 5 min"))
    }

    @Test("stays that only a bound makes, and costly pauses, are said to be")
    func bounds() {
        let held = Self.warnings(SomePolicy.tick(0.001, mean: 5), min: 12)
        #expect(held.contains("would move containers at once; only the shortest stay allowed, 12 s, holds them"))
        #expect(
            Self.warnings(SomePolicy.with(.exponential, attack: 10), min: 20)
                .contains("86.47 % of the stays have exactly the shortest length allowed, 20 s."))
        let paused = Self.warnings(SomePolicy.with(.periodic(seconds: 9, jitter: 0)), pause: 1)
        #expect(paused.contains("paused for 10 % of the time"))
    }
}
