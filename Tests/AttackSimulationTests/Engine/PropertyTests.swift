import FleetModel
import Testing

@testable import AttackSimulation

@Suite("What holds for every outcome")
struct PropertyTests {
    /// Any scenario whose values are in their ranges, small enough to be run.
    static func random(_ numbers: inout Xoshiro256) -> Scenario {
        func pick<Value>(_ values: [Value]) -> Value { values[numbers.index(below: values.count)] }
        let hosts = pick([2, 3, 10])
        var policy = Some.policy(
            pick([
                .exponential, .jittered(threshold: 0.4), .periodic(seconds: 60, jitter: 0.5), .static,
                .deadline(threshold: 0.5),
            ]), attack: 80, rule: pick(DrawRule.allCases))
        policy.placement.skipIfAlone = pick([true, false, false])
        let duration: AttackDuration = pick([
            .fixed(seconds: 50), .gamma(shape: 2, mean: 80), .lognormal(median: 60, deviation: 1), .never,
            .logUniform(from: 5, to: 500),
        ])
        let start = pick(Attackers.Start.allCases)
        return Scenario(
            fleet: .synthetic(SyntheticFleet(hosts: hosts, values: pick([1, 3]), bystanders: pick([0, 2]))),
            policy: policy,
            strategy: pick([.policy, .policy, .policy, .nomadGreedy, .oracle]),
            attackers: Attackers(
                count: pick(start == .beside ? [1, 2] : [0, 1, 2]),
                positions: pick([.distinct, .independent, .mostVisited(observedMoves: 20)]), start: start,
                pursuit: pick([.sit, .chase(meanSeconds: 30)]), tenants: pick([1, 2])),
            attack: duration, memory: pick(AttackMemory.allCases),
            reuse: pick([.never, .attribute, .power(exponent: 2), .exponential(rate: 1)]),
            moves: MoveModel(
                gapSeconds: pick([0, 3]), pauseSeconds: pick([0, 1]), failureProbability: pick([0, 0.3])),
            horizon: pick([.seconds(400), .stays(3), .seconds(37), .stays(1)]),
            continuesAfterSuccess: pick([true, false]))
    }

    @Test("any scenario has an outcome, and its figures are in their ranges", arguments: 1...60 as ClosedRange<UInt64>)
    func ranges(seed: UInt64) throws {
        var numbers = Xoshiro256(seed: seed)
        let scenario = Self.random(&numbers)
        let outcome = try scenario.outcome(runs: 30, seed: seed)
        #expect(outcome.runs == 30)
        #expect(
            try FleetJSON.decode(Scenario.self, from: FleetJSON.encode(scenario), isStrict: true) == scenario)
        let curve = outcome.survivalCurve.map(\.survival.value)
        if case .seconds(let seconds) = scenario.horizon {
            #expect(curve.count == 20 && outcome.survivalCurve.last?.seconds == seconds)
            #expect(outcome.besideSeconds.value <= seconds)
            #expect(try #require(outcome.secondsToSuccess).value <= seconds)
        } else {
            #expect(curve.isEmpty)
        }
        #expect(zip(curve, curve.dropFirst()).allSatisfy { $0 >= $1 })
        let shares = [
            outcome.resisted, outcome.survival, outcome.besideShare, outcome.downtimeShare, outcome.favouriteShare,
            outcome.entropyShare, outcome.moveDifference,
        ]
        for share in shares.compactMap(\.self) + outcome.survivalCurve.map(\.survival) {
            #expect(0 <= share.low && share.high <= 1 + 1e-9)
        }
        let figures = [
            outcome.secondsToSuccess, outcome.successesPerHour, outcome.movesPerHour, outcome.moves,
            outcome.besideSeconds, outcome.distinctHosts,
        ]
        for figure in (shares + figures).compactMap(\.self) {
            #expect(figure.low <= figure.value && figure.value <= figure.high)
            #expect(figure.high.isFinite && figure.low >= 0)
        }
        #expect(1...Double(scenario.fleet.count) ~= outcome.distinctHosts.value)
        #expect(outcome.distinctHosts.value <= outcome.moves.value + 1 + 1e-9)
        if scenario.attack == .never, scenario.reuse == .never, scenario.attackers.start != .finished {
            #expect(outcome.survival.value == 1)
        }
        if scenario.attackers.count == 0 { #expect(outcome.survival.value == 1 && outcome.besideSeconds.value == 0) }
        if outcome.survival.value == 1 { #expect(outcome.successesPerHour.map { $0.value == 0 } ?? true) }
    }
}
