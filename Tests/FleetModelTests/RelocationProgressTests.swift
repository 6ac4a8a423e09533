import FleetModel
import Testing

@Suite("What is new of a move")
struct RelocationProgressTests {
    private let time = Timestamp(milliseconds: 1_769_860_800_000)

    private func relocation(_ state: RelocationState = .running, _ steps: [Step] = []) throws -> Relocation {
        var relocation = Relocation(
            id: RelocationID(7), container: try ContainerName("echo"), tenant: try TenantName("shop"),
            source: try HostName("host1"), destination: try HostName("host2"), trigger: .clock, actor: "clock",
            reason: nil, oldAddress: IPv4Address(number: 1), createdAt: time)
        relocation.state = state
        relocation.steps = steps
        return relocation
    }

    private func step(_ kind: StepKind, _ state: StepState = .sent) throws -> Step {
        var step = Step(kind: kind, host: try HostName("host1"), attempt: 1, startedAt: time)
        step.state = state
        return step
    }

    @Test("put over what was known before it gives the move as it is, also by way of JSON")
    func takes() throws {
        let before = try relocation(.running, [step(.prepare, .succeeded), step(.arm)])
        let failure = StepFailure(code: .networkFailed, message: "no route")
        let changes: [(inout Relocation) throws -> Void] = [
            { _ in }, { $0.steps[1].state = .succeeded }, { $0.steps.append(try step(.hush)) },
            { relocation in
                relocation.steps[1].state = .failed
                relocation.steps += [try step(.hush), try step(.settle)]
            },
            { $0.state = .rollingBack }, { $0.failure = failure }, { $0.startedAt = time }, { $0.bytes = 7 },
            { $0.closing = [] }, { $0.pauseMilliseconds = 0.1 + 0.2 }, { $0.cancelledBy = "ann" },
        ]
        for change in changes {
            var after = before
            try change(&after)
            let progress = try #require(RelocationProgress(of: after, since: before))
            let read = try FleetJSON.decode(RelocationProgress.self, from: FleetJSON.encode(progress))
            #expect(read == progress)
            var told = before
            told.take(read)
            #expect(told == after)
        }
    }

    @Test("only the steps that are new are told, with their places")
    func onlyNews() throws {
        let before = try relocation(.running, [step(.prepare, .succeeded), step(.arm)])
        var after = before
        after.steps[1].state = .succeeded
        after.steps.append(try step(.hush))
        let progress = try #require(RelocationProgress(of: after, since: before))
        #expect(progress.steps.map(\.position) == [1, 2])
        #expect(!progress.hasMore)
    }

    @Test("a move that leaves the queue or ends is told whole, and so is what cannot be said otherwise")
    func whole() throws {
        let running = try relocation(.running, [step(.prepare)])
        #expect(RelocationProgress(of: running, since: try relocation(.queued)) == nil)
        for state in RelocationState.allCases where state.isFinal {
            #expect(RelocationProgress(of: try relocation(state, running.steps), since: running) == nil)
        }
        #expect(RelocationProgress(of: try relocation(.running), since: running) == nil)
        var failed = running
        failed.failure = StepFailure(code: .networkFailed, message: "no route")
        #expect(RelocationProgress(of: running, since: failed) == nil)
        var elsewhere = running
        elsewhere.destination = try HostName("host3")
        #expect(RelocationProgress(of: elsewhere, since: running) == nil)
    }
}
