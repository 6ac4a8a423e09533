import Glibc
import Testing

@testable import AttackSimulation

@Suite("The numbers at an axis")
struct TicksTests {
    private func isNice(_ number: Double, digits: [Double] = [1, 2, 5]) -> Bool {
        let power = floor(log10(number) + 1e-9)
        return digits.contains { abs(number / pow(10, power) - $0) < 1e-9 }
    }

    @Test("are multiples of 1, 2 or 5 times a power of ten, a handful, and within the axis")
    func linear() throws {
        var generator = Xoshiro256(seed: 1)
        for _ in 0..<2000 {
            let length = pow(10, Double.random(in: -4...5, using: &generator))
            let low = length * Double.random(in: -20...20, using: &generator)
            let high = low + length
            let ticks = Ticks(from: low, to: high, about: 5).values
            #expect((2...6).contains(ticks.count), "\(low) to \(high): \(ticks)")
            let step = ticks[1] - ticks[0]
            #expect(isNice(step), "\(ticks)")
            for tick in ticks {
                #expect(abs((tick / step).rounded() * step - tick) < 1e-6 * step, "\(ticks)")
                #expect(tick >= low - 1e-6 * step && tick <= high + 1e-6 * step)
            }
        }
    }

    @Test("are written as one would write them")
    func exact() {
        #expect(Ticks(from: 0, to: 1, about: 5).values == [0, 0.2, 0.4, 0.6, 0.8, 1])
        #expect(Ticks(from: -0.1, to: 0.2, about: 3).values == [-0.1, 0, 0.1, 0.2])
        #expect(Ticks(from: 0, to: 300, about: 6).values == [0, 50, 100, 150, 200, 250, 300])
    }

    @Test("on a logarithmic axis are 1, 2 and 5 in each power of ten, or powers alone where those are too many")
    func logarithmic() {
        #expect(Ticks(logarithmicFrom: 10, to: 600, about: 8).values == [10, 20, 50, 100, 200, 500])
        #expect(Ticks(logarithmicFrom: 0.1, to: 1e6, about: 8).values.count == 8)
        #expect(Ticks(logarithmicFrom: 30, to: 45, about: 3).values == [30, 35, 40, 45])
        var generator = Xoshiro256(seed: 2)
        for _ in 0..<500 {
            let low = pow(10, Double.random(in: -4...4, using: &generator))
            let ticks = Ticks(logarithmicFrom: low, to: low * 30, about: 8).values
            #expect(ticks.count >= 3 && ticks.allSatisfy { isNice($0) && $0 >= low * 0.999 && $0 <= low * 30.03 })
        }
    }
}
