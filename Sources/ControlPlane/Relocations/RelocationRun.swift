import FleetCore
import FleetLedger
import FleetModel
import Logging

/// Drives one relocation from its first step to its end.
///
/// Each turn writes the outcomes of the last steps together with the steps that follow from them in one commit, and
/// only then sends those: a step is in the ledger before any agent hears of it. Only while the container stands still
/// the next step is sent first (see `RelocationCourse` for what that means after a crash); it is written down meanwhile,
/// and what everybody else sees of the relocation is what is written down.
struct RelocationRun {
    let id: RelocationID
    /// Whether another control plane has begun it.
    let isResumed: Bool
    let fleet: Fleet
    let agents: AgentRegistry
    let times: StepTimes
    let death: SuddenDeath
    let logger: Logger

    private enum Turn: Sendable {
        /// Send these steps; `all` are those of the relocation, they included.
        case perform([Step], all: [Step])
        case pause(before: Int)
        case ended(pauseMilliseconds: Double?)
    }

    private struct Answered: Sendable {
        var step: Step
        var report: AgentReport?

        /// The connections that the source has kept; `nil` when this is not its answer, or when there are none.
        var closing: [TCPConnection]? {
            if case .dumped(_, let closing) = report { closing } else { nil }
        }
    }

    /// Goes on from what is recorded until the relocation has ended.
    /// - Returns: for how many seconds the container stood still; `nil` when it never did or that is not known.
    func run() async -> Double? {
        var answered: [Answered] = []
        var steeredAt: ContinuousClock.Instant?
        let clock = ContinuousClock()
        let recorded = fleet.snapshot.relocations[id]?.steps ?? []
        let mayBeBehind = isResumed && RelocationCourse.mayBeBehind(recorded)
        let behind = RecordsBehind(logger: logger)
        var known = recorded
        // The record may be behind by it.
        var closing = fleet.snapshot.relocations[id]?.closing
        // The first steps were written down with the beginning.
        if !isResumed { answered = await send(recorded, closing, untilAnswered: false) }
        while true {
            closing = answered.lazy.compactMap(\.closing).first ?? closing
            let absentee = await absentee(after: answered, known, parting: closing != nil, isBehind: mayBeBehind)
            // What went unanswered because of that says nothing about the hosts.
            if Task.isCancelled {
                await behind.settle()
                return nil
            }
            if absentee == nil, let next = nextInWindow(after: answered, &known, parting: closing != nil) {
                let turn = answered
                await behind.add { try await write(turn, andThen: next) }
                answered = await send(next, closing, untilAnswered: mayBeBehind)
                continue
            }
            await behind.settle()
            let pause = pauseSeconds(answered, steeredAt: steeredAt, now: clock.now)
            let turn: Turn
            do {
                turn = try await record(answered, absentee, pauseMilliseconds: pause, isBehind: mayBeBehind)
            } catch {
                // What is not recorded is not sent: wait until the ledger writes again, or what is missing is there.
                let words: Logger.Message =
                    error is LedgerError ? "cannot record a relocation" : "a relocation cannot go on"
                logger.critical(words, metadata: ["relocation": "\(id)", "error": "\(error)"])
                do { try await Task.sleep(for: .seconds(1)) } catch { return nil }
                continue
            }
            answered = []
            switch turn {
            case .ended(let pause): return pause.map { $0 / 1000 }
            case .pause(let attempt): try? await Task.sleep(for: times.pause(before: attempt))
            case .perform(let steps, let all):
                if steps.contains(where: { $0.kind == .steer }) { steeredAt = clock.now }
                known = all
                answered = await send(steps, closing, untilAnswered: mayBeBehind)
            }
        }
    }

    // MARK: The window

    /// The steps that are to be sent before they are written down; `nil` when what follows must be written down first.
    private func nextInWindow(after answered: [Answered], _ known: inout [Step], parting: Bool) -> [Step]? {
        guard !answered.isEmpty, answered.allSatisfy({ $0.step.state == .succeeded }) else { return nil }
        for answer in answered { known.take(answer.step) }
        let state = fleet.snapshot
        guard case .send(let intents) = RelocationCourse.next(after: known, cancelled: false, parting: parting),
            RelocationCourse.isInWindow(intents), let relocation = state.relocations[id],
            state.losses(of: relocation).isEmpty,
            // What is wrong is found by the turn that waits for the disk, which can say so.
            let orders = try? RelocationOrders(relocation, in: state, leaseSeconds: times.leaseSeconds)
        else { return nil }
        let steps = intents.map { orders.step($0, at: .now) }
        known += steps
        return steps
    }

    private func write(_ answered: [Answered], andThen steps: [Step]) async throws {
        try await fleet.change(by: "relocator") { [id] draft in
            guard var relocation = draft.state.relocations[id] else { return }
            for answer in answered {
                relocation.take(answer.step, report: answer.report, pauseMilliseconds: nil, at: draft.now)
            }
            relocation.begin(steps, at: draft.now)
            draft.record(.relocation(relocation))
        }
    }

    // MARK: Agents

    private func send(_ steps: [Step], _ closing: [TCPConnection]?, untilAnswered: Bool) async -> [Answered] {
        for step in steps { death.strike(.recorded, of: step.kind) }
        var answered = await perform(steps, closing)
        for attempt in 2... {
            let isLost = answered.contains {
                $0.step.state == .lost && $0.step.kind.rule.isAskedUntilAnswered && !isGone($0.step.host)
            }
            guard untilAnswered, isLost, !Task.isCancelled else { break }
            await noticeRepetition(attempt)
            // Cancelled with the run, which then ends.
            try? await Task.sleep(for: times.pause(before: attempt))
            answered = await perform(steps, closing)
        }
        for answer in answered { death.strike(.answered, of: answer.step.kind) }
        return answered
    }

    /// Whether no answer will ever come from a host.
    private func isGone(_ host: HostName) -> Bool { fleet.snapshot.hosts[host].map { $0.state == .lost } ?? true }

    /// The first of the hosts of the move, its gateway included, that is not there for what comes next; `nil` when all are,
    /// or are not needed. Agents that have lost their link only just are waited for as long as the container runs and nobody's
    /// packets are held.
    private func absentee(
        after answered: [Answered], _ known: [Step], parting: Bool, isBehind: Bool
    ) async -> HostName? {
        guard !isBehind, let relocation = fleet.snapshot.relocations[id], let destination = relocation.destination
        else {
            return nil
        }
        var steps = known
        for answer in answered { steps.take(answer.step) }
        let next = RelocationCourse.next(
            after: steps, cancelled: relocation.cancelledBy != nil, parting: parting, givenUp: relocation.failure)
        guard case .send(let intents) = next, RelocationCourse.needsAll(intents) else { return nil }
        let hosts = [relocation.source, destination] + [fleet.snapshot.gateway?.name].compactMap(\.self)
        let isHeld = intents.contains { $0.kind == .checkpoint }
        return await agents.absentee(of: hosts, within: isHeld ? .zero : .seconds(times.absenceSeconds))
    }

    private func noticeRepetition(_ attempt: Int) async {
        do {
            try await fleet.change(by: "relocator") { [id] draft in
                guard let relocation = draft.state.relocations[id] else { return }
                draft.noticeRepetition(of: relocation, attempt: attempt)
            }
        } catch {
            logger.error("cannot raise an alarm", metadata: ["relocation": "\(id)", "error": "\(error)"])
        }
    }

    private func perform(_ steps: [Step], _ closing: [TCPConnection]?) async -> [Answered] {
        if steps.count == 1, let step = steps.first { return [await perform(step, closing)] }
        return await withTaskGroup(of: Answered.self) { group in
            for step in steps { group.addTask { await perform(step, closing) } }
            return await group.reduce(into: []) { $0.append($1) }
        }
    }

    private func perform(_ step: Step, _ closing: [TCPConnection]?) async -> Answered {
        var step = step
        let clock = ContinuousClock()
        let start = clock.now
        defer {
            logger.debug("step", metadata: ["relocation": "\(id)", "step": "\(step.kind)", "state": "\(step.state)"])
        }
        let state = fleet.snapshot
        guard var relocation = state.relocations[id] else {
            step.state = .lost
            return Answered(step: step)
        }
        relocation.closing = closing ?? relocation.closing
        // Where its host is not in the fleet any more there is nobody to answer.
        guard let orders = try? RelocationOrders(relocation, in: state, leaseSeconds: times.leaseSeconds),
            let command = try? orders.command(for: step)
        else {
            step.state = .lost
            return Answered(step: step)
        }
        let answer = await agents.carryOut(
            command, on: step.host, timeout: orders.limit(of: step.kind, times),
            absence: .seconds(times.absenceSeconds))
        step.durationMilliseconds = (clock.now - start).milliseconds
        switch answer {
        case .lost:
            step.state = .lost
            return Answered(step: step)
        case .outcome(let outcome):
            step.timings = outcome.timings
            switch outcome.result {
            case .succeeded(let report):
                step.state = .succeeded
                return Answered(step: step, report: report)
            case .failed(let failure):
                step.state = .failed
                step.failure = failure
                return Answered(step: step)
            }
        }
    }

    private func pauseSeconds(
        _ answered: [Answered], steeredAt: ContinuousClock.Instant?, now: ContinuousClock.Instant
    ) -> Double? {
        guard answered.contains(where: { $0.step.kind == .release && $0.step.state == .succeeded }) else { return nil }
        return steeredAt.map { (now - $0).milliseconds }
    }

    // MARK: The record

    private func record(
        _ answered: [Answered], _ absentee: HostName?, pauseMilliseconds: Double?, isBehind: Bool
    ) async throws -> Turn {
        let id = id
        return try await fleet.change(by: "relocator") { draft in
            guard var relocation = draft.state.relocations[id] else { return .ended(pauseMilliseconds: nil) }
            for answer in answered {
                relocation.take(answer.step, report: answer.report, pauseMilliseconds: pauseMilliseconds, at: draft.now)
                if answer.step.kind == .release, answer.step.state == .succeeded { try draft.arrive(relocation) }
            }
            let hasNews = !answered.isEmpty || absentee != nil
            if let absentee { relocation.giveUp(draft.state.failure(without: absentee)) }
            switch RelocationCourse.next(
                after: relocation.steps, cancelled: relocation.cancelledBy != nil, parting: relocation.closing != nil,
                givenUp: relocation.failure, losses: draft.state.losses(of: relocation), isBehind: isBehind)
            {
            case .wait(let steps):
                if hasNews { draft.record(.relocation(relocation)) }
                return .perform(steps, all: relocation.steps)
            case .send(let intents):
                if hasNews, let attempt = intents.map(\.attempt).max(), attempt > 1 {
                    draft.record(.relocation(relocation))
                    draft.noticeRepetition(of: relocation, attempt: attempt)
                    return .pause(before: attempt)
                }
                let orders = try RelocationOrders(relocation, in: draft.state, leaseSeconds: 0)
                let steps = intents.map { orders.step($0, at: draft.now) }
                relocation.begin(steps, at: draft.now)
                draft.record(.relocation(relocation))
                return .perform(steps, all: relocation.steps)
            case .end(let state, let failure):
                relocation.end(state, failure: failure, at: draft.now)
                draft.record(.relocation(relocation))
                try draft.settle(relocation)
                return .ended(pauseMilliseconds: relocation.pauseMilliseconds)
            }
        }
    }
}
