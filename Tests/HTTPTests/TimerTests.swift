import Testing

@testable import HTTP

@Suite("Timers and budgets")
struct TimerTests {
    private func at(_ milliseconds: UInt64) -> MonotonicTime {
        MonotonicTime(nanoseconds: milliseconds * 1_000_000)
    }

    @Test("every timer fires, none before its time unless it lies beyond the horizon")
    func wheel() {
        var random = SeededGenerator(seed: 3)
        var wheel = TimerWheel<Int>(now: at(0))
        var deadlines: [Int: UInt64] = [:]
        for entry in 0..<500 {
            let deadline = UInt64.random(in: 0...15_000, using: &random)
            deadlines[entry] = deadline
            wheel.add(entry, at: at(deadline))
        }
        var now: UInt64 = 0
        while now < 16_000 {
            now += UInt64.random(in: 1...300, using: &random)
            for entry in wheel.expire(now: at(now)) {
                #expect((deadlines.removeValue(forKey: entry) ?? .max) <= now)
            }
        }
        #expect(deadlines.isEmpty)
        #expect(wheel.next == .never)
    }

    @Test("a wheel that slept past its whole horizon still fires everything")
    func longSleep() {
        var wheel = TimerWheel<Int>(now: at(0))
        for entry in 0..<50 { wheel.add(entry, at: at(UInt64(entry) * 300)) }
        #expect(wheel.expire(now: at(10_000_000)).count == 50)
    }

    @Test("silence uses the budget up; bytes at the least rate renew it")
    func budget() {
        var budget = StallBudget(.seconds(1), minBytesPerSecond: 1000)
        #expect(budget.deadline == .never)
        budget.beginWaiting(at(0))
        #expect(budget.deadline == at(1000))
        budget.moved(500, at(500))
        #expect(budget.deadline == at(1500))
        budget.moved(1, at(1400))
        #expect(budget.deadline == at(1501))
        budget.endWaiting(at(1500))
        #expect(budget.deadline == .never)
    }
}
