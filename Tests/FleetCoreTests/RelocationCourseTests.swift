import FleetModel
import RelocateTesting
import Testing

@testable import FleetCore

/// Plays the agents for a course: answers each step as told, otherwise with success.
private struct Play {
    var steps: [Step] = []
    var cancelled = false
    var parting = false
    var sent: [StepKind] = []

    enum Answer {
        case succeeded, lost
        case failed(FailureCode = .interrupted)
    }

    /// Runs the course to its end.
    /// - Parameter answer: the answer to a step, given its kind and attempt.
    mutating func run(_ answer: (StepKind, Int) -> Answer) throws -> (RelocationState, StepFailure?)? {
        for _ in 0..<200 {
            switch RelocationCourse.next(after: steps, cancelled: cancelled, parting: parting) {
            case .wait: return nil
            case .end(let state, let failure): return (state, failure)
            case .send(let intents):
                for intent in intents {
                    sent.append(intent.kind)
                    var step = Step(
                        kind: intent.kind, host: try HostName("host1"), attempt: intent.attempt,
                        startedAt: Timestamp(milliseconds: 0))
                    switch answer(intent.kind, intent.attempt) {
                    case .succeeded: step.state = .succeeded
                    case .lost: step.state = .lost
                    case .failed(let code):
                        step.state = .failed
                        step.failure = StepFailure(code: code, message: "\(intent.kind) was told to fail")
                    }
                    steps.append(step)
                }
            }
        }
        return nil
    }
}

@Suite("The course of a relocation")
struct RelocationCourseTests {
    @Test("everything goes well: every step once, in order, then completed")
    func forward() throws {
        var play = Play()
        let end = try play.run { _, _ in .succeeded }
        #expect(end?.0 == .completed)
        #expect(
            play.sent == [
                .prepare, .arm, .hush, .settle, .steer, .checkpoint, .restore, .release, .announce, .seal, .retire,
            ])
    }

    @Test(
        "a step that fails leads to the end state that is promised, and undoes just what was done",
        arguments: [
            (StepKind.prepare, RelocationState.failed, [StepKind.abandon, .disarm]),
            (.hush, .failed, [.steerBack, .abandon, .disarm]),
            (.settle, .failed, [.steerBack, .abandon, .disarm]),
            (.steer, .failed, [.steerBack, .abandon, .disarm]),
            (.checkpoint, .failed, [.steerBack, .abandon, .disarm]),
            (.restore, .rolledBack, [.revive, .steerBack, .abandon, .disarm]),
            (.release, .rolledBack, [.revive, .steerBack, .abandon, .disarm]),
        ])
    func failure(kind: StepKind, state: RelocationState, undo: [StepKind]) throws {
        var play = Play()
        let end = try play.run { step, _ in step == kind ? .failed() : .succeeded }
        #expect(end?.0 == state)
        #expect(end?.1?.message == "\(kind) was told to fail")
        let index = play.sent.lastIndex(of: kind) ?? 0
        #expect(play.sent[(index + 1)...].filter { $0 != .arm } == undo)
    }

    @Test("a lost checkpoint steers back first, then makes sure that the container runs at its source")
    func lostCheckpoint() throws {
        var play = Play()
        let end = try play.run { step, _ in step == .checkpoint ? .lost : .succeeded }
        #expect(end?.0 == .rolledBack)
        #expect(end?.1?.code == .unreachable)
        #expect(play.sent.suffix(4) == [.steerBack, .revive, .abandon, .disarm])
    }

    @Test("a failed arm changes nothing")
    func failedArm() throws {
        var play = Play()
        #expect(try play.run { step, _ in step == .arm ? .failed() : .succeeded }?.0 == .completed)
    }

    @Test("connections that stay behind are parted beside the restore, and no failure of that holds the move up")
    func parting() throws {
        for answer in [Play.Answer.succeeded, .failed(), .lost] {
            var play = Play()
            play.parting = true
            #expect(try play.run { step, _ in step == .part ? answer : .succeeded }?.0 == .completed)
            #expect(play.sent.filter { $0 == .part }.count == 1)
            let part = try #require(play.sent.firstIndex(of: .part))
            #expect(play.sent.firstIndex(of: .restore) == part - 1)
            #expect(play.sent.firstIndex(of: .release) == part + 1)
        }
    }

    @Test("a container that cannot be dumped is left alone before anybody's packets are held")
    func refusedArm() throws {
        var play = Play()
        let end = try play.run { step, _ in step == .arm ? .failed(.dumpRefused) : .succeeded }
        #expect(end?.0 == .failed)
        #expect(end?.1?.message == "arm was told to fail")
        #expect(play.sent == [.prepare, .arm, .abandon, .disarm])
    }

    @Test("restore failing on both hosts strands the container and keeps the dump")
    func stranded() throws {
        var play = Play()
        let end = try play.run { step, _ in step == .restore || step == .revive ? .failed() : .succeeded }
        #expect(end?.0 == .stranded)
        #expect(!play.sent.contains(.retire))
        #expect(!play.sent.contains(.abandon))
        #expect(!play.sent.contains(.disarm))
    }

    @Test("a lost release is repeated and never followed by a revive", arguments: [1, 2, 7])
    func lostRelease(times: Int) throws {
        var play = Play()
        let end = try play.run { step, attempt in step == .release && attempt <= times ? .lost : .succeeded }
        #expect(end?.0 == .completed)
        #expect(play.sent.filter { $0 == .release }.count == times + 1)
        #expect(!play.sent.contains(.revive))
    }

    @Test("announce, seal, steerBack and revive are repeated until they are done")
    func repeated() throws {
        for kind in [StepKind.announce, .seal] {
            var play = Play()
            #expect(
                try play.run { step, attempt in step == kind && attempt < 5 ? .failed() : .succeeded }?.0 == .completed)
        }
        var play = Play()
        let end = try play.run { step, attempt in
            switch step {
            case .restore: .failed()
            case .revive: attempt < 4 ? .lost : .succeeded
            case .steerBack: attempt < 3 ? .failed() : .succeeded
            default: .succeeded
            }
        }
        #expect(end?.0 == .rolledBack)
    }

    @Test("what cannot be removed does not keep a relocation from ending")
    func leftovers() throws {
        var completed = Play()
        #expect(try completed.run { step, _ in step == .retire ? .lost : .succeeded }?.0 == .completed)
        var failed = Play()
        #expect(try failed.run { step, _ in step == .prepare || step == .abandon ? .lost : .succeeded }?.0 == .failed)
    }

    @Test("a cancelled relocation undoes what was done before packets are held", arguments: 0...3)
    func cancel(after rounds: Int) throws {
        var play = Play()
        for _ in 0..<rounds {
            guard case .send(let intents) = RelocationCourse.next(after: play.steps, cancelled: false, parting: false)
            else { return }
            for intent in intents {
                var step = Step(
                    kind: intent.kind, host: try HostName("host1"), attempt: 1, startedAt: Timestamp(milliseconds: 0))
                step.state = .succeeded
                play.steps.append(step)
            }
        }
        play.cancelled = true
        let end = try play.run { _, _ in .succeeded }
        #expect(end?.0 == .cancelled)
        #expect(play.sent.contains(.steerBack) == (rounds >= 2))
        #expect(!play.sent.contains(.steer))
        #expect(!play.sent.contains(.checkpoint))
    }

    @Test("a cancel is not heard any more once packets are about to be held: more may be done than is written down")
    func lateCancel() throws {
        var play = Play()
        #expect(try play.run { _, _ in .succeeded }?.0 == .completed)
        let first = try #require(play.steps.firstIndex { $0.kind == .steer })
        for count in first + 1...play.steps.count {
            let steps = Array(play.steps[..<count])
            #expect(
                RelocationCourse.next(after: steps, cancelled: true, parting: false)
                    == RelocationCourse.next(after: steps, cancelled: false, parting: false))
        }
    }

    @Test("after a restart at any point, steps without an outcome are waited for and nothing else is sent")
    func restart() throws {
        var play = Play()
        _ = try play.run { _, _ in .succeeded }
        for count in play.steps.indices {
            var steps = Array(play.steps[...count])
            steps[count].state = .sent
            guard case .wait(let open) = RelocationCourse.next(after: steps, cancelled: false, parting: false) else {
                Issue.record("did not wait for \(steps[count].kind)")
                continue
            }
            #expect(open == [steps[count]])
        }
    }

    @Test("a release that fails although the container runs is repeated")
    func failedDelivery() throws {
        var play = Play()
        let end = try play.run { step, attempt in
            step == .release && attempt < 3 ? .failed(.networkFailed) : .succeeded
        }
        #expect(end?.0 == .completed)
        #expect(!play.sent.contains(.revive))
    }

    @Test("for any answers, two copies never run, and a course ends once everything answers", arguments: 0..<500)
    func invariants(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var play = Play()
        var count = 0
        var runsAtSource = true
        var runsAtDestination = false
        let end = try play.run { kind, _ in
            count += 1
            let isCalm = count > 30
            let random: Play.Answer =
                [.succeeded, .succeeded, .failed(), .lost].randomElement(using: &generator) ?? .lost
            let wasDone = Bool.random(using: &generator)
            var answer = isCalm ? .succeeded : random
            switch (kind, answer) {
            case (.checkpoint, .succeeded): runsAtSource = false
            case (.checkpoint, .lost): if wasDone { runsAtSource = false }
            case (.release, _) where runsAtDestination:
                // What runs cannot be held any more: an agent that answers says so.
                if case .failed = answer { answer = .failed(.networkFailed) }
            case (.release, .succeeded), (.release, .lost):
                #expect(!runsAtSource, "released while the source runs")
                if case .succeeded = answer { runsAtDestination = true } else { runsAtDestination = wasDone }
            case (.revive, .succeeded), (.revive, .lost):
                #expect(!runsAtDestination, "revived while the destination runs")
                if case .succeeded = answer { runsAtSource = true } else { runsAtSource = runsAtSource || wasDone }
            default: break
            }
            return answer
        }
        #expect(end != nil)
        if let state = end?.0, state != .stranded {
            #expect(runsAtSource != runsAtDestination, "\(state), but it runs nowhere or twice")
        }
    }
}
