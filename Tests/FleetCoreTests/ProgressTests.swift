import FleetCore
import FleetModel
import Testing

@Suite("What is told of a move")
struct ProgressTests {
    @Test("all of it when it is asked for, begins and ends, and only what is new in between")
    func kinds() throws {
        let now = Timestamp(milliseconds: 1_800_000_000_000)
        var draft = FleetDraft(state: FleetState(), now: now)
        var move = Relocation(
            id: RelocationID(1), container: try ContainerName("echo"), tenant: try TenantName("shop"),
            source: try HostName("host1"), destination: nil, trigger: .clock, actor: "clock", reason: nil,
            oldAddress: IPv4Address(number: 1), createdAt: now)
        func step(_ kind: StepKind) throws -> Step {
            Step(kind: kind, host: try HostName("host1"), attempt: 1, startedAt: now)
        }
        draft.record(.relocation(move))
        move.destination = try HostName("host2")
        move.state = .running
        draft.record(.relocation(move))
        move.begin([try step(.prepare), try step(.arm)], at: now)
        draft.record(.relocation(move))
        move.steps[0].state = .succeeded
        move.begin([try step(.hush)], at: now)
        draft.record(.relocation(move))
        #expect(draft.state.relocations[move.id] == move)
        guard case .progress(let progress) = draft.changes.last else {
            Issue.record("not only what is new")
            return
        }
        #expect(progress.steps.map(\.position) == [0, 2])
        move.giveUp(StepFailure(code: .unreachable, message: "gone"))
        draft.record(.relocation(move))
        #expect(draft.state.relocations[move.id] == move)
        move.end(.failed, failure: move.failure, at: now)
        draft.record(.relocation(move))
        #expect(
            draft.changes.map(\.kind)
                == [.relocation, .relocation, .progress, .progress, .progress, .relocation])
        #expect(draft.state.relocations.isEmpty)
    }
}
