import FleetModel
import Glibc
import MovingTarget
import RelocateTesting
import Testing

/// The paper's printed form P(X = k) > T, and its traps.
@Suite("The clock of Poisson ticks")
struct PoissonTickTests {
    /// P(X = k), multiplied up from e^(−m).
    private static func probabilities(_ mean: Double, _ count: Int) -> [Double] {
        var term = exp(-mean)
        return (0..<count).map { k in
            if k > 0 { term *= mean / Double(k) }
            return term
        }
    }

    @Test(
        "the first tick to alert is that of the table in section 1.2",
        arguments: [
            (5.0, [0, 1, 2, 3]), (10, [2, 4, 6, 8]), (20, [8, 11, 15, nil]), (50, [31, 37, 47, nil]),
        ] as [(Double, [Double?])])
    func firstTicks(mean: Double, ticks: [Double?]) {
        for (threshold, first) in zip([0.001, 0.01, 0.05, 0.1], ticks) {
            let clock = RelocationClock(bare: SomePolicy.tick(threshold, mean: mean, seconds: 60))
            #expect(clock.meanSeconds == first.map { $0 * 60 })
            #expect(clock.fires == (first != nil))
        }
    }

    @Test("for any mean and threshold both readings do what adding up says")
    func oracle() throws {
        var generator = SeededGenerator(seed: 21)
        var fired = 0
        for _ in 0..<400 {
            let mean = exp(Double.random(in: log(0.01)...log(600), using: &generator))
            let threshold = exp(Double.random(in: log(1e-9)...log(0.9), using: &generator))
            let above = Self.probabilities(mean, 1200).enumerated().filter { $0.element > threshold }
            let count = RelocationClock(bare: SomePolicy.tick(threshold, mean: mean, seconds: 2))
            let draw = RelocationClock(bare: SomePolicy.tick(threshold, mean: mean, seconds: 2, .draw))
            #expect(count.fires == !above.isEmpty && draw.fires == !above.isEmpty)
            guard let first = above.first else { continue }
            fired += 1
            #expect(count.meanSeconds == Double(first.offset) * 2)
            let chance = above.map(\.element).reduce(0, +)
            #expect(abs(try #require(draw.meanSeconds) - 2 / chance) < 1e-8)
        }
        #expect(fired > 200)
    }

    @Test("draws are geometric: n ticks with probability q·(1 − q)ⁿ⁻¹, and nothing between the ticks")
    func geometric() {
        let clock = RelocationClock(bare: SomePolicy.tick(0.1, mean: 10, seconds: 0.7, .draw))
        let chance = 1 - clock.survival(0.7)
        var counts = [Sample](repeating: Sample(), count: 6)
        clock.draws(30000, seed: 22) { seconds in
            let ticks = Int((seconds / 0.7).rounded())
            #expect(Double(ticks) * 0.7 == seconds)
            for n in 0..<6 { counts[n].add(ticks == n + 1) }
        }
        for n in 0..<6 {
            #expect(abs(counts[n].z(against: chance * pow(1 - chance, Double(n)))) < 4)
        }
    }

    @Test("at every whole number of ticks, survival counts the ticks that are over, whatever the rounding")
    func lattice() throws {
        for step in [0.1, 0.7, 1.0 / 3, 86400] {
            let clock = RelocationClock(bare: SomePolicy.tick(0.1, mean: 10, seconds: step, .draw))
            let goesOn = clock.survival(step)
            for n in 0..<60 {
                let time = Double(n) * step
                #expect(abs(clock.survival(time) - pow(goesOn, Double(n))) < 1e-12)
                #expect(abs(clock.reach(time) - pow(goesOn, Double(max(0, n - 1)))) < 1e-12)
                guard n > 0 else { continue }
                #expect(abs(clock.survival(time.nextDown) - pow(goesOn, Double(n - 1))) < 1e-12)
                #expect(try #require(clock.quantile(1 - clock.survival(time) - 1e-12)) <= time)
            }
        }
    }

    @Test("means up to 10,000 work, where e^(−m) is no number any more")
    func largeMeans() throws {
        for mean in [800, 2500, 9999.5, 10000] {
            let largest = 1 / (2 * Double.pi * mean).squareRoot()
            let clock = RelocationClock(bare: SomePolicy.tick(largest / 2, mean: mean))
            // Half the largest probability is √(2 ln 2) standard deviations from the mean.
            let distance = (2 * log(2) * mean).squareRoot()
            #expect(abs(try #require(clock.meanSeconds) - (mean - distance)) < 2)
            let draw = RelocationClock(bare: SomePolicy.tick(largest / 2, mean: mean, .draw))
            let within = erf((log(2) as Double).squareRoot())
            #expect(abs(1 / (try #require(draw.meanSeconds)) - within) < 0.02)
            #expect(!RelocationClock(bare: SomePolicy.tick(largest * 1.001, mean: mean)).fires)
        }
        // Not even a threshold that is next to nothing lets k = 0 alert: its probability is less.
        let tiny = RelocationClock(bare: SomePolicy.tick(1e-300, mean: 10000))
        #expect(try #require(tiny.meanSeconds) > 1000)
    }

    @Test("raising T delays the alert tick by tick, then disables it")
    func trap() {
        var last = 0.0
        var hasStopped = false
        for step in 1..<200 {
            let clock = RelocationClock(bare: SomePolicy.tick(Double(step) / 1000, mean: 10))
            guard let seconds = clock.meanSeconds else {
                hasStopped = true
                continue
            }
            #expect(!hasStopped && seconds >= last)
            last = seconds
        }
        #expect(hasStopped && last == 9)
    }

    @Test("a threshold below e^(−m) moves at once, and the shortest stay holds it")
    func atOnce() {
        var generator = SeededGenerator(seed: 23)
        let policy = SomePolicy.tick(0.001, mean: 5)
        #expect(RelocationClock(bare: policy).draw(using: &generator) == 0)
        let clock = RelocationClock(policy, defaultMinSeconds: 12)
        #expect(clock.draw(using: &generator) == 12 && clock.meanSeconds == 12)
        #expect(clock.survival(11.9) == 1 && clock.survival(12) == 0 && clock.isPredictable)
    }
}
