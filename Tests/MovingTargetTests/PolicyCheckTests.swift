import FleetModel
import MovingTarget
import RelocateTesting
import Testing

@Suite("The check of policies")
struct PolicyCheckTests {
    private static func refusal(_ policy: Policy, moveSeconds: Double? = nil) -> PolicyRefusal? {
        do {
            try policy.check(moveSeconds: moveSeconds)
            return nil
        } catch {
            return error
        }
    }

    /// Reads what a refusal calls nearest, as somebody would who types it in.
    private static func changes(in words: String) throws -> [[PolicyChange]] {
        try words.split(separator: ", or ").map { try $0.split(separator: " with ").map(change) }
    }

    private static func change(in words: Substring) throws -> PolicyChange {
        switch words {
        case "no dwell.minSeconds": return .minSeconds(nil)
        case "no dwell.maxSeconds": return .maxSeconds(nil)
        default: break
        }
        let parts = words.split(separator: " ").map(String.init)
        let value = try #require(parts.last.flatMap(Double.init))
        switch parts.first {
        case "assumedAttackSeconds": return .assumedAttackSeconds(value)
        case "clock.threshold": return .threshold(value)
        case "clock.mean": return .mean(value)
        case "clock.tickSeconds": return .tickSeconds(value)
        case "clock.seconds": return .seconds(value)
        case "dwell.minSeconds": return .minSeconds(value)
        case "dwell.maxSeconds": return .maxSeconds(value)
        default: throw Unreadable()
        }
    }

    private struct Unreadable: Error {}

    @Test("policies that work are taken, with and without a measured move")
    func taken() throws {
        try Policy().check(moveSeconds: nil)
        try Policy().check(moveSeconds: 0.5)
        for policy in SomePolicy.firing { try policy.check(moveSeconds: 0.5) }
        try SomePolicy.with(.static, min: 5).check(moveSeconds: 100)
    }

    @Test("every way out that a refusal names leads to a policy that is taken")
    func roundTrip() throws {
        var generator = SeededGenerator(seed: 41)
        var refusals: [String: Int] = [:]
        for _ in 0..<3000 {
            let policy = SomePolicy.random(using: &generator)
            let move = [nil, 0.05, 0.4, 3, 30].randomElement(using: &generator) ?? nil
            guard let refusal = Self.refusal(policy, moveSeconds: move) else { continue }
            let ways = try Self.changes(in: refusal.nearest)
            #expect(ways == refusal.corrections)
            for way in ways {
                var corrected = policy
                for change in way { change.apply(to: &corrected) }
                #expect(Self.refusal(corrected, moveSeconds: move) == nil)
                #expect(corrected != policy)
            }
            let isRange = (try? policy.validate()) == nil
            #expect(isRange || !ways.isEmpty, "\(refusal)")
            refusals[isRange && ways.isEmpty ? "range" : refusal.field, default: 0] += 1
        }
        // Each kind of refusal must have been met often enough to mean something.
        for field in [
            "range", "assumedAttackSeconds", "clock.threshold", "clock.tickSeconds", "clock.seconds",
            "dwell.minSeconds", "dwell.maxSeconds",
        ] {
            #expect(refusals[field, default: 0] > 20, "\(field): \(refusals)")
        }
    }

    @Test("a clock of ticks that can never fire is refused with the largest T and the nearest mean that do")
    func neverFires() throws {
        for reading in PoissonTick.Reading.allCases {
            let policy = SomePolicy.tick(0.2, mean: 10, seconds: 60, reading)
            let refusal = try #require(Self.refusal(policy))
            #expect(refusal.field == "clock.threshold")
            #expect(refusal.corrections == [[.threshold(0.1251)], [.mean(3.902)]])
            let words = """
                clock.threshold: is 0.2, and no Poisson probability of mean 10 is above 0.1252, so the clock would never \
                fire; what would work: clock.threshold 0.1251, or clock.mean 3.902
                """
            #expect(refusal.description == words)
        }
    }

    @Test("the largest T that is named is the largest that fires, and the nearest mean the nearest, to four digits")
    func nearestIsNearest() throws {
        var generator = SeededGenerator(seed: 42)
        for _ in 0..<100 {
            let mean = Double.random(in: 1...3000, using: &generator)
            let policy = SomePolicy.tick(0.5, mean: mean)
            for change in try #require(Self.refusal(policy)).corrections.flatMap(\.self) {
                switch change {
                case .threshold(let value):
                    #expect(RelocationClock(SomePolicy.tick(value, mean: mean)).fires)
                    #expect(!RelocationClock(SomePolicy.tick(value * 1.0011, mean: mean)).fires)
                case .mean(let value):
                    #expect(RelocationClock(SomePolicy.tick(0.5, mean: value)).fires)
                    #expect(!RelocationClock(SomePolicy.tick(0.5, mean: value * 1.0011)).fires)
                default: Issue.record("\(change)")
                }
            }
        }
    }

    @Test(
        "stays that are short of four moves are refused, with the field behind it and the nearest that suffices",
        arguments: [
            (SomePolicy.with(.deadline(threshold: 0.5), attack: 10), "assumedAttackSeconds"),
            (SomePolicy.with(.jittered(threshold: 0.5), attack: 10), "assumedAttackSeconds"),
            (SomePolicy.with(.exponential, attack: 10), "assumedAttackSeconds"),
            (SomePolicy.with(.cappedExponential(threshold: 0.5), attack: 10), "assumedAttackSeconds"),
            (SomePolicy.with(.periodic(seconds: 10, jitter: 0)), "clock.seconds"),
            (SomePolicy.with(.periodic(seconds: 10, jitter: 0.4)), "clock.seconds"),
            (SomePolicy.tick(0.05, mean: 10), "clock.tickSeconds"),
            (SomePolicy.tick(0.1, mean: 10, .draw), "clock.tickSeconds"),
            (SomePolicy.with(.exponential, max: 11), "dwell.maxSeconds"),
        ])
    func shortStays(policy: Policy, field: String) throws {
        try policy.check(moveSeconds: nil)
        try policy.check(moveSeconds: 0.1)
        let refusal = try #require(Self.refusal(policy, moveSeconds: 3))
        #expect(refusal.field == field)
        #expect(refusal.description.contains("at least 12 s is needed, 4 times the 3 s that a move takes"))
        let change = try #require(refusal.corrections.flatMap(\.self).first { $0.field == field })
        var corrected = policy
        change.apply(to: &corrected)
        let mean = try #require(RelocationClock(corrected, defaultMinSeconds: 0).meanSeconds)
        #expect(mean >= 12 && mean < 12.02)
    }

    @Test("a shortest stay that is named must suffice by itself; one that is not follows from the moves")
    func shortBound() throws {
        let policy = SomePolicy.with(.exponential, attack: 1000, min: 5)
        let refusal = try #require(Self.refusal(policy, moveSeconds: 2))
        #expect(refusal.field == "dwell.minSeconds")
        #expect(refusal.corrections == [[.minSeconds(8)], [.minSeconds(nil)]])
        #expect(PolicyCheck.defaultMinSeconds(moveSeconds: 2) == 8)
        #expect(PolicyCheck.defaultMinSeconds(moveSeconds: 0.01) == 1)
        #expect(PolicyCheck.defaultMinSeconds(moveSeconds: nil) == 1)
    }

    @Test("a shortest stay above the clock's own end, or above the longest, is refused")
    func crossedBounds() throws {
        let periodic = try #require(Self.refusal(SomePolicy.with(.periodic(seconds: 50, jitter: 0.5), min: 60)))
        #expect(periodic.field == "dwell.minSeconds")
        #expect(periodic.corrections == [[.minSeconds(nil)], [.seconds(60)]])
        let deadline = try #require(Self.refusal(SomePolicy.with(.deadline(threshold: 0.1), attack: 100, min: 60)))
        #expect(deadline.corrections.first == [.minSeconds(10.53)])
        let crossed = try #require(Self.refusal(SomePolicy.with(.exponential, min: 60, max: 30)))
        #expect(crossed.field == "dwell.minSeconds")
        #expect(crossed.corrections.prefix(2) == [[.minSeconds(30)], [.maxSeconds(60)]])
        try SomePolicy.with(.exponential, min: 60).check(moveSeconds: 1)
    }

    @Test("a longest stay that a static clock would not heed is refused")
    func unheeded() throws {
        let refusal = try #require(Self.refusal(SomePolicy.with(.static, max: 30)))
        #expect(refusal.field == "dwell.maxSeconds" && refusal.corrections == [[.maxSeconds(nil)]])
    }

    @Test("a clock that moves at once is taken with a shortest stay, and refused when nothing holds it")
    func atOnce() throws {
        var policy = SomePolicy.tick(0.001, mean: 5)
        try policy.check(moveSeconds: nil)
        let refusal = try #require(Self.refusal(policy, moveSeconds: 0.5))
        #expect(refusal.field == "clock.threshold")
        #expect(refusal.corrections.contains([.minSeconds(2)]))
        // e^(−5) = 0.00674, P(X = 1) = 0.0337: from the latter on the alert is two ticks after the arrival.
        #expect(refusal.corrections.contains([.threshold(0.03369)]))
        policy.dwell.minSeconds = 2
        try policy.check(moveSeconds: 0.5)
        policy.dwell.minSeconds = 0
        #expect(Self.refusal(policy)?.corrections.contains([.minSeconds(1)]) ?? false)
    }

    @Test("a value outside its range is refused in the words of the vocabulary")
    func ranges() throws {
        let refusal = try #require(Self.refusal(SomePolicy.with(.periodic(seconds: 10, jitter: 1))))
        #expect(refusal.description == "clock.jitter: must be at least 0 and below 1, is 1.0")
        #expect(refusal.nearest.isEmpty)
    }
}
