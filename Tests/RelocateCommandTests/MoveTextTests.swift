import FleetModel
import Testing

@testable import relocate

@Suite("Moves in words and bars")
struct MoveTextTests {
    @Test("each step is told once, when it has ended")
    func progress() throws {
        var progress = MoveProgress()
        #expect(progress.lines(for: try Samples.relocation(.queued)).isEmpty)

        let began = try Samples.relocation(.running, steps: [Samples.step(.prepare, .sent)])
        #expect(progress.lines(for: began) == ["relocation 12: echo moves host1 → host3"])
        #expect(progress.lines(for: began).isEmpty)

        let further = try Samples.relocation(
            .running,
            steps: [Samples.step(.prepare, .succeeded, took: 18.2), Samples.step(.arm, .sent)])
        let lines = progress.lines(for: further)
        #expect(lines.count == 1)
        #expect(lines.first?.contains("prepare") == true)
        #expect(lines.first?.hasSuffix("18.2 ms") == true)
        #expect(progress.lines(for: further).isEmpty)
    }

    @Test("a step that ends after later ones is told too")
    func lateStep() throws {
        var progress = MoveProgress()
        let early = try Samples.relocation(
            .running, steps: [Samples.step(.arm, .sent), Samples.step(.steer, .succeeded, took: 1)])
        #expect(progress.lines(for: early).contains { $0.contains("steer") })
        let late = try Samples.relocation(
            .running,
            steps: [Samples.step(.arm, .succeeded, took: 9), Samples.step(.steer, .succeeded, took: 1)])
        let lines = progress.lines(for: late)
        #expect(lines.count == 1)
        #expect(lines.first?.contains("arm") == true)
    }

    @Test("a bar begins where the step began and is as long as it took")
    func waterfall() throws {
        let steps = [
            try Samples.step(.prepare, .succeeded, at: 0, took: 50),
            try Samples.step(.checkpoint, .failed, at: 50, took: 25),
            try Samples.step(.revive, .sent, at: 75), try Samples.step(.retire, .succeeded, at: 75, took: 25),
        ]
        let waterfall = Waterfall(steps)
        #expect(waterfall.bar(of: steps[0]) == String(repeating: "=", count: 16))
        #expect(waterfall.bar(of: steps[1]) == String(repeating: " ", count: 16) + String(repeating: "x", count: 8))
        #expect(waterfall.bar(of: steps[2]) == String(repeating: " ", count: 24) + String(repeating: "~", count: 8))
        #expect(waterfall.bar(of: steps[3]) == String(repeating: " ", count: 24) + String(repeating: "=", count: 8))
    }

    @Test("every bar can be seen and none leaves its column, whatever the steps are")
    func bars() throws {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<500 {
            let steps = try (0..<Int.random(in: 1...12, using: &generator)).map { _ in
                try Samples.step(
                    .prepare, .succeeded, at: Int64.random(in: 0...100_000, using: &generator),
                    took: [nil, 0, Double.random(in: 0...1e6, using: &generator)].randomElement(using: &generator)
                        ?? nil)
            }
            let waterfall = Waterfall(steps)
            for step in steps {
                let bar = waterfall.bar(of: step)
                #expect(bar.hasSuffix("=") && bar.count <= Waterfall.width)
            }
        }
    }

    @Test("each outcome has its exit code")
    func exitCodes() throws {
        #expect(ClientError.notMoved(try Samples.relocation(.rolledBack)).exitStatus.rawValue == 4)
        #expect(ClientError.timedOut("").exitStatus.rawValue == 5)
        #expect(ClientError.unreachable(.usual, cause: "").exitStatus.rawValue == 3)
        #expect(ClientError.failed("").exitStatus.rawValue == 1)
        #expect(ClientError.badInput("").exitStatus.rawValue == 64)
        for status in ExitStatus.allCases {
            #expect(ExitStatus.help.contains(" \(status.rawValue)  \(status.meaning)"))
        }
    }
}
