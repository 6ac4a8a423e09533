import Glibc
import Testing

@testable import AttackSimulation

@Suite("Estimates")
struct EstimationTests {
    /// Blocks with so many of so many runs.
    private func blocks(_ counts: [(Double, Double)]) -> [Ratio] { counts.map { Ratio(share: $0.0, of: $0.1) } }

    @Test("a proportion has Wilson's interval")
    func wilson() throws {
        let estimate = try #require(Estimation(blocks([(8, 10)]))).proportion
        #expect(estimate.value == 0.8)
        // The n/(n − 1) of the variance makes the trials count a tenth less.
        let trials = 9.0
        let squared = Estimation.quantile * Estimation.quantile
        let middle = (0.8 + squared / (2 * trials)) / (1 + squared / trials)
        let reach =
            Estimation.quantile * (0.16 / trials + squared / (4 * trials * trials)).squareRoot()
            / (1 + squared / trials)
        #expect(abs(estimate.low - (middle - reach)) < 1e-12 && abs(estimate.high - (middle + reach)) < 1e-12)
    }

    @Test("nothing and everything have an interval on one side")
    func extremes() throws {
        let none = try #require(Estimation(blocks([(0, 50), (0, 50)]))).proportion
        #expect(none.value == 0 && none.low == 0 && abs(none.high - 0.037) < 0.001)
        let all = try #require(Estimation(blocks([(100, 100)]))).proportion
        #expect(all.value == 1 && all.high == 1 && abs(all.low - 0.963) < 0.001)
        #expect(Estimation([Ratio]()) == nil)
    }

    @Test("blocks that differ more than independent runs would make the interval wider, by Kish's design effect")
    func designEffect() throws {
        let even = try #require(Estimation(blocks((0..<20).map { _ in (50.0, 100.0) }))).proportion
        let uneven = try #require(Estimation(blocks((0..<20).map { ($0 % 2 == 0 ? 30.0 : 70, 100.0) }))).proportion
        #expect(even.value == 0.5 && uneven.value == 0.5)
        // The variance between blocks is 0.2²·20/19 over 20, that of independent runs 0.25/2000.
        let effect = 0.04 / 19 / (0.25 / 2000)
        let ratio = (uneven.high - uneven.low) / (even.high - even.low)
        // Wilson's interval is a little narrower than the normal one.
        #expect(abs(ratio - effect.squareRoot()) < 0.1)
        // Of so few blocks nothing is concluded.
        let few = try #require(Estimation(blocks([(30, 100), (70, 100)]))).proportion
        #expect(few.high - few.low < 0.15)
    }

    @Test("a ratio's interval covers the truth about as often as it says")
    func coverage() throws {
        var generator = Xoshiro256(seed: 4)
        var (covered, coveredRatio) = (0, 0)
        for _ in 0..<400 {
            var means: [Ratio] = []
            var ratios: [Ratio] = []
            for _ in 0..<12 {
                var (mean, ratio) = (Ratio(), Ratio())
                // What a block's runs have in common.
                let common = generator.normal()
                for _ in 0..<20 {
                    mean.add(5 + common + generator.normal())
                    let time = generator.exponential(mean: 2)
                    ratio.add(time * (3 + generator.normal()), per: time)
                }
                means.append(mean)
                ratios.append(ratio)
            }
            let mean = try #require(Estimation(means)).normal()
            let ratio = try #require(Estimation(ratios)).normal()
            if mean.low <= 5, 5 <= mean.high { covered += 1 }
            if ratio.low <= 3, 3 <= ratio.high { coveredRatio += 1 }
        }
        #expect(covered > 350 && coveredRatio > 360)
    }

    @Test("an interval does not leave the range of its figure")
    func cut() throws {
        var ratio = Ratio()
        for number in 0..<10 { ratio.add(number == 0 ? 1 : 0) }
        #expect(try #require(Estimation([ratio])).normal(in: 0...1).low == 0)
        #expect(try #require(Estimation([ratio])).scaled(by: 3600).normal().value == 360)
    }
}

@Suite("Random numbers")
struct Xoshiro256Tests {
    @Test("SplitMix64 and xoshiro256** give the numbers that their authors' programs give")
    func reference() {
        var seeder = SplitMix64(state: 1_477_776_061_723_855_037)
        #expect((0..<3).map { _ in seeder.next() } == [1985237415132408290, 2979275885539914483, 13511426838097143398])
        var generator = Xoshiro256(state: (1, 2, 3, 4))
        #expect(
            (0..<5).map { _ in generator.next() }
                == [11520, 0, 1509978240, 1215971899390074240, 1216172134540287360])
    }

    @Test("seeds that are made of another one differ")
    func seeds() {
        var seeds: Set<UInt64> = []
        for seed in 0..<30 as Range<UInt64> {
            for number in 0..<300 as Range<UInt64> { seeds.insert(SplitMix64.seed(seed, number)) }
        }
        #expect(seeds.count == 9000)
    }

    @Test("attack times have the means and spreads of their laws")
    func durations() {
        var generator = Xoshiro256(seed: 1)
        func sample(_ duration: AttackDuration) -> [Double] {
            (0..<8000).map { _ in duration.draw(using: &generator) }
        }
        let laws: [(AttackDuration, mean: Double)] = [
            (.gamma(shape: 1, mean: 120), 120), (.gamma(shape: 0.5, mean: 120), 120),
            (.gamma(shape: 4, mean: 120), 120),
            (.logUniform(from: 10, to: 3600), 3590 / log(360)),
            (.lognormal(median: 60, deviation: 0.5), 60 * exp(0.125)),
            (.fixed(seconds: 7), 7),
        ]
        for (law, expected) in laws {
            let (mean, error) = moments(sample(law))
            #expect(abs(mean - expected) <= 4 * error)
        }
        // Gamma: the squares have the mean a(a + 1)·(mean/a)².
        let squares = moments(sample(.gamma(shape: 4, mean: 120)).map { $0 * $0 })
        #expect(abs(squares.mean - 20 * 900) < 4 * squares.error)
        let squared = moments((0..<8000).map { _ in generator.normal() }.map { $0 * $0 })
        #expect(abs(squared.mean - 1) < 4 * squared.error)
        #expect(AttackDuration.never.draw(using: &generator) == .infinity)
        #expect(Set(sample(.lognormal(median: 60, deviation: 0))) == [60])
    }
}
