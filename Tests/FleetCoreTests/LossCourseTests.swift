import FleetModel
import RelocateTesting
import Testing

@testable import FleetCore

@Suite("A relocation one of whose hosts is lost")
struct LossCourseTests {
    private static let source = RelocationCourse.Losses(source: host("host1"))
    private static let destination = RelocationCourse.Losses(destination: host("host2"))

    private static func host(_ name: String) -> HostName? { try? HostName(name) }

    /// What is done from a point of the move on, when everything that is sent has the answer that a lost host leaves.
    private func rest(
        after last: StepKind, answered state: StepState = .succeeded, _ losses: RelocationCourse.Losses,
        isBehind: Bool = false
    ) throws -> (sent: [StepKind], end: RelocationState?) {
        let forward: [StepKind] = [
            .prepare, .arm, .hush, .settle, .steer, .checkpoint, .restore, .release, .announce, .seal, .retire,
        ]
        let index = try #require(forward.firstIndex(of: last))
        var steps: [Step] = []
        func add(_ kind: StepKind, _ state: StepState, attempt: Int = 1) throws {
            var step = Step(
                kind: kind, host: try HostName("host1"), attempt: attempt, startedAt: Timestamp(milliseconds: 0))
            step.state = state
            if state == .failed { step.failure = StepFailure(code: .interrupted, message: "nothing is held") }
            steps.append(step)
        }
        for kind in forward[...index] { try add(kind, kind == last ? state : .succeeded) }
        var sent: [StepKind] = []
        for _ in 0..<30 {
            switch RelocationCourse.next(
                after: steps, cancelled: false, parting: false, losses: losses, isBehind: isBehind)
            {
            case .wait: return (sent, nil)
            case .end(let state, _): return (sent, state)
            case .send(let intents):
                for intent in intents {
                    sent.append(intent.kind)
                    try add(intent.kind, .succeeded, attempt: intent.attempt)
                }
            }
        }
        return (sent, nil)
    }

    @Test(
        "the container goes down with its source before the dump is known to be whole",
        arguments: [
            (StepKind.prepare, StepState.succeeded), (.arm, .succeeded), (.hush, .succeeded), (.settle, .succeeded),
            (.steer, .succeeded), (.checkpoint, .lost), (.checkpoint, .failed),
        ])
    func sourceEarly(step: StepKind, state: StepState) throws {
        let (sent, end) = try rest(after: step, answered: state, Self.source)
        #expect(end == .lost)
        #expect(sent == [.abandon, .disarm])
    }

    @Test("a move whose dump is whole goes on without its source")
    func sourceLate() throws {
        let late: [(StepKind, [StepKind])] = [
            (.checkpoint, [.restore, .release, .announce, .seal, .retire]),
            (.restore, [.release, .announce, .seal, .retire]), (.release, [.announce, .seal, .retire]),
            (.announce, [.seal, .retire]), (.seal, [.retire]), (.retire, []),
        ]
        for (step, expected) in late {
            let (sent, end) = try rest(after: step, Self.source)
            #expect(end == .completed, "\(step)")
            #expect(sent == expected, "\(step)")
        }
    }

    @Test("connections that were to stay behind at a lost source are given up")
    func parting() throws {
        var step = Step(
            kind: .checkpoint, host: try HostName("host1"), attempt: 1, startedAt: Timestamp(milliseconds: 0))
        step.state = .succeeded
        var steps: [Step] = []
        for kind in [StepKind.prepare, .arm, .hush, .settle, .steer, .checkpoint] {
            step.kind = kind
            steps.append(step)
        }
        #expect(
            RelocationCourse.next(after: steps, cancelled: false, parting: true, losses: Self.source)
                == .send([RelocationCourse.Intent(kind: .restore, attempt: 1)]))
    }

    @Test("what cannot be restored anywhere, its source being lost, is lost", arguments: [StepKind.restore, .release])
    func sourceCannotRevive(step: StepKind) throws {
        let (sent, end) = try rest(after: step, answered: .failed, Self.source)
        #expect(end == .lost)
        #expect(sent == [.abandon, .disarm])
        #expect(!sent.contains(.revive))
    }

    @Test("a destination that is lost before release leaves the container with its source, which is not told twice")
    func destinationEarly() throws {
        let early: [(StepKind, [StepKind], RelocationState)] = [
            (.prepare, [.disarm], .failed), (.hush, [.steerBack, .disarm], .failed),
            (.settle, [.steerBack, .disarm], .failed), (.steer, [.steerBack, .disarm], .failed),
            (.checkpoint, [.revive, .steerBack, .disarm], .rolledBack),
            (.restore, [.revive, .steerBack, .disarm], .rolledBack),
        ]
        for (step, expected, state) in early {
            let (sent, end) = try rest(after: step, Self.destination)
            #expect(end == state, "\(step)")
            #expect(sent == expected, "\(step)")
        }
    }

    @Test("a release that said that nothing runs is undone, though the destination is lost by then")
    func destinationHeldNothing() throws {
        let (sent, end) = try rest(after: .release, answered: .failed, Self.destination)
        #expect(end == .rolledBack)
        #expect(sent == [.revive, .steerBack, .disarm])
    }

    @Test("where the destination may have run the container it is lost with it, and never revived")
    func destinationLate() throws {
        for (step, state) in [
            (StepKind.release, StepState.lost), (.release, .succeeded), (.announce, .succeeded), (.seal, .succeeded),
        ] {
            let (sent, end) = try rest(after: step, answered: state, Self.destination)
            #expect(end == .lost, "\(step)")
            #expect(sent == [.retire], "\(step)")
        }
        #expect(try rest(after: .restore, Self.destination, isBehind: true) == ([.retire], .lost))
    }

    @Test("with both hosts lost the container is lost, and nobody is asked for anything that counts")
    func both() throws {
        let losses = RelocationCourse.Losses(
            source: try HostName("host1"), destination: try HostName("host2"))
        for step in [StepKind.prepare, .settle, .checkpoint, .restore, .release, .seal] {
            let (sent, end) = try rest(after: step, losses)
            #expect(end == .lost, "\(step)")
            #expect(sent == [], "\(step)")
        }
    }

    @Test("a step that is out is waited for, whoever is lost")
    func waits() throws {
        for losses in [Self.source, Self.destination] {
            #expect(try rest(after: .restore, answered: .sent, losses) == ([], nil))
        }
    }

    @Test("an agent that is away before the freeze ends the move: nothing is steered, and what was is steered back")
    func givenUp() throws {
        let away = StepFailure(code: .unreachable, message: "host 'host1' was not heard any more")
        for (count, expected) in [(2, [StepKind.abandon, .disarm]), (3, [.steerBack, .abandon, .disarm])] {
            let kinds: [StepKind] = [.prepare, .arm, .hush]
            var steps = try kinds.prefix(count).map { kind in
                var step = Step(
                    kind: kind, host: try HostName("host1"), attempt: 1, startedAt: Timestamp(milliseconds: 0))
                step.state = .succeeded
                return step
            }
            var sent: [StepKind] = []
            for _ in 0..<10 {
                switch RelocationCourse.next(after: steps, cancelled: false, parting: false, givenUp: away) {
                case .send(let intents):
                    for intent in intents {
                        sent.append(intent.kind)
                        var step = steps[0]
                        step.kind = intent.kind
                        steps.append(step)
                    }
                case .end(let state, let failure):
                    #expect(state == .failed)
                    #expect(failure == away)
                case .wait: Issue.record("it waits")
                }
            }
            #expect(sent == expected)
        }
        for kind in StepKind.allCases {
            let needed: Set<StepKind> = [.hush, .settle, .steer, .checkpoint]
            #expect(
                RelocationCourse.needsAll([RelocationCourse.Intent(kind: kind, attempt: 1)]) == needed.contains(kind))
        }
    }
}
