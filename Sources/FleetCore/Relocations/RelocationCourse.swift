import FleetModel

/// What a relocation does next
/// ===========================
///
/// A pure function of what is recorded: the steps that were sent and their outcomes. Nothing else is remembered, so a
/// control plane that was ended at any instant goes on where it was, and every course can be tested without a fleet.
///
/// Forward: prepare and arm → hush → settle → steer → checkpoint → restore → release → announce → seal → retire. Where
/// the checkpoint finds connections that are only being closed, `part` is sent together with `restore`.
///
/// In the *window*, from sending `steer` to the answer of `release`, the container stands still or is about to, and nothing
/// waits for the disk: what follows a success there is sent at once and written down meanwhile (`isInWindow`). The record
/// may so be behind by forward steps, never by anything else: a failure, a lost answer and what follows from them are
/// written down, with everything before, before the next step is sent. A control plane that was ended in the window asks
/// again, under the same ids, and gets the same answers; but it cannot know whether more was done than it reads, the release
/// included. So there it asks until an answer comes (`mayBeBehind`): a lost one counts for nothing. For the same reason
/// a move cannot be cancelled any more once `steer` is on record.
///
/// Undone at the end: abandon, then disarm, so that nothing stays at destination or source. The dump is the source's: it
/// alone knows whether its container may still need it, and it alone removes it.
///
/// Two copies never run, because a destination holds what it restored until `release`, and `release` is never sent
/// after `revive` nor `revive` after an unanswered `release`:
///
/// | step            | fails                              | is lost (no answer)                               |
/// |-----------------|------------------------------------|---------------------------------------------------|
/// | prepare, hush,  | undo; the container never stopped  | undo                                              |
/// | settle, steer   |                                    |                                                   |
/// | arm             | undo if the container cannot be    | nothing                                           |
/// |                 | dumped; else nothing: it only      |                                                   |
/// |                 | saves time                         |                                                   |
/// | part            | nothing: a peer that reads slowly  | nothing                                           |
/// |                 | may miss the rest                  |                                                   |
/// | checkpoint      | undo; the container runs on        | steer back, then `revive`, which finds it running |
/// |                 |                                    | or restores it                                    |
/// | restore         | revive at the source, undo         | the same: nothing that was held will ever run     |
/// | release         | nothing is held: revive, undo;     | repeat: it may be running                         |
/// |                 | anything else: repeat              |                                                   |
/// | announce, seal  | repeat                             | repeat                                            |
/// | retire,         | the relocation ends; a leftover is kept and tried again                                |
/// | abandon, disarm |                                                                                        |
/// | steerBack       | repeat                             | repeat                                            |
/// | revive          | stranded: the dump is kept         | repeat                                            |
///
/// An agent that is not heard before `hush`, `settle`, `steer` or `checkpoint` ends the move without that step (`needsAll`): the
/// container never stopped, and nobody's packets are led astray.
///
/// A host may be declared off for good at any point. Everything that runs there is cut off by then, so that what is said
/// above of answers that do not come from it does not hold any more:
///
/// | point of the move                      | the source is lost           | the destination is lost                  |
/// |----------------------------------------|------------------------------|------------------------------------------|
/// | before the dump is known to be whole   | the container is lost with   | undo: steer back, revive if it was       |
/// |                                        | it: abandon, remove the dump | dumped, disarm                           |
/// | dumped, release never sent             | go on without it: the dump   | the same                                 |
/// |                                        | lies in the shared storage   |                                          |
/// | release sent, not known to have failed | the same                     | the container is lost with it, since it  |
/// |                                        |                              | may have run there: retire               |
/// | released                               | the same                     | the same                                 |
/// | release says that nothing runs; or     | the container is lost:       | undo, as without the loss                |
/// | anything is being undone               | nobody else can revive it    |                                          |
/// | both are lost                          | the container is lost                                                   |
package enum RelocationCourse {
    /// What is to be done next.
    package enum Move: Equatable {
        /// Record and send these steps, all at once.
        case send([Intent])
        /// Wait for steps that were recorded as sent; after a restart, send them again under the same ids.
        case wait([Step])
        /// Nothing more is to be done.
        case end(RelocationState, StepFailure?)
    }

    /// A step that is to be sent.
    package struct Intent: Equatable, Sendable {
        package var kind: StepKind
        /// From 1; above 1 it is a repetition.
        package var attempt: Int
    }

    /// The hosts of a move that were declared off for good.
    package struct Losses: Sendable, Equatable {
        /// The source, if it is lost.
        package var source: HostName?
        /// The destination, if it is lost.
        package var destination: HostName?

        package init(source: HostName? = nil, destination: HostName? = nil) {
            self.source = source
            self.destination = destination
        }

        /// Whether neither is.
        package var isEmpty: Bool { source == nil && destination == nil }
    }

    /// What a relocation begins with.
    package static let first = [Intent(kind: .prepare, attempt: 1), Intent(kind: .arm, attempt: 1)]

    /// What follows from the recorded steps.
    /// - Parameters:
    ///   - cancelled: whether an operator asked to cancel. It counts only before `steer`.
    ///   - parting: whether connections stay behind at the source.
    ///   - givenUp: why the move does not go on, where that was decided without a step that failed.
    ///   - losses: which of the hosts are off for good.
    ///   - isBehind: whether more may have been done than the steps say (see `mayBeBehind`).
    package static func next(
        after steps: [Step], cancelled: Bool, parting: Bool, givenUp: StepFailure? = nil, losses: Losses = Losses(),
        isBehind: Bool = false
    ) -> Move {
        let record = Record(steps: steps)
        let open = steps.filter { $0.state == .sent }
        guard open.isEmpty else { return .wait(open) }
        var reason = record.reasonToUndo(cancelled: cancelled, givenUp: givenUp)
        if !losses.isEmpty {
            if let move = goDown(record, losses, isUndoing: reason != nil, isBehind) { return move }
            // Once it is being undone, that it is says nothing of why.
            if let host = losses.destination, !isBehind, !cancelled, reason.map(\.isUnexplained) ?? true {
                reason = .failure(lost(host))
            }
        }
        if let reason { return undo(record, reason, losses) }
        return forward(record, parting: parting, losses)
    }

    /// Whether steps need the agents of source, destination and gateway, all three.
    package static func needsAll(_ intents: [Intent]) -> Bool {
        intents.contains { $0.kind.rule.needsAll }
    }

    /// Whether the container may have run at the destination, by what is on record.
    package static func mayRunAtDestination(_ steps: [Step], mayBeBehind: Bool) -> Bool {
        Record(steps: steps).mayRunAtDestination(mayBeBehind)
    }

    /// Whether a step may be sent before it is written down.
    package static func isInWindow(_ intents: [Intent]) -> Bool {
        intents.allSatisfy { $0.attempt == 1 && $0.kind.rule.isInWindow }
    }

    /// Whether more may have been done than these steps say, by a control plane that has ended since.
    package static func mayBeBehind(_ steps: [Step]) -> Bool {
        let window = steps.filter { $0.kind.rule.isAskedUntilAnswered }
        return !window.isEmpty
            && window.allSatisfy { $0.kind != .release && ($0.state == .sent || $0.state == .succeeded) }
    }

    private static func lost(_ host: HostName) -> StepFailure {
        StepFailure(code: .unreachable, message: "host '\(host)' was declared off for good")
    }

    /// What is done where the container went down with a lost host; `nil` where it did not.
    private static func goDown(_ record: Record, _ losses: Losses, isUndoing: Bool, _ isBehind: Bool) -> Move? {
        if let host = losses.destination, losses.source != nil || record.mayRunAtDestination(isBehind) {
            guard losses.source == nil, record[.retire] == nil else { return .end(.lost, lost(host)) }
            return .send([Intent(kind: .retire, attempt: 1)])
        }
        guard let host = losses.source, isUndoing || record[.checkpoint]?.state != .succeeded else { return nil }
        // What is sent to the lost source has no answer; what it was to remove of the dump, the destination removes.
        for kind in [StepKind.abandon, .disarm] where record[kind] == nil {
            return .send([Intent(kind: kind, attempt: 1)])
        }
        return .end(.lost, lost(host))
    }

    private static func forward(_ record: Record, parting: Bool, _ losses: Losses) -> Move {
        if record[.prepare] == nil { return .send(first) }
        for kind in [StepKind.hush, .settle, .steer, .checkpoint] where record[kind] == nil {
            return .send([Intent(kind: kind, attempt: 1)])
        }
        if record[.restore] == nil {
            return .send(
                ([.restore] + (parting && losses.source == nil ? [.part] : [])).map { Intent(kind: $0, attempt: 1) })
        }
        for kind in [StepKind.release, .announce, .seal] {
            if let due = record.due(kind) { return .send([due]) }
        }
        if record[.retire] == nil { return .send([Intent(kind: .retire, attempt: 1)]) }
        return .end(.completed, nil)
    }

    private static func undo(_ record: Record, _ undoing: Undoing, _ losses: Losses) -> Move {
        let checkpoint = record[.checkpoint]?.state
        if checkpoint == .lost, let back = record.due(.steerBack) { return .send([back]) }
        let mustRevive = checkpoint == .succeeded || checkpoint == .lost
        if mustRevive, let revive = record[.revive], case .strand = StepKind.revive.rule.consequence(of: revive) {
            return .end(.stranded, revive.failure)
        }
        if mustRevive, let revive = record.due(.revive) { return .send([revive]) }
        if record[.hush] != nil, let back = record.due(.steerBack) { return .send([back]) }
        for kind in losses.destination == nil ? [StepKind.abandon, .disarm] : [.disarm] where record[kind] == nil {
            return .send([Intent(kind: kind, attempt: 1)])
        }
        switch undoing {
        case .cancelled: return .end(.cancelled, nil)
        case .failure(let failure): return .end(mustRevive ? .rolledBack : .failed, failure)
        }
    }

    private enum Undoing {
        case cancelled
        case failure(StepFailure)

        var isUnexplained: Bool { if case .cancelled = self { true } else { false } }
    }

    /// The last attempt of each kind of step.
    private struct Record {
        private var last: [StepKind: Step] = [:]

        init(steps: [Step]) {
            for step in steps { last[step.kind] = step }
        }

        subscript(kind: StepKind) -> Step? { last[kind] }

        /// The first attempt of a step, or the next of one that is repeated until it is done; `nil` when it is not due any more.
        func due(_ kind: StepKind) -> Intent? {
            guard let step = last[kind] else { return Intent(kind: kind, attempt: 1) }
            guard case .again = kind.rule.consequence(of: step) else { return nil }
            return Intent(kind: kind, attempt: step.attempt + 1)
        }

        func mayRunAtDestination(_ mayBeBehind: Bool) -> Bool {
            guard let release = last[.release] else {
                return mayBeBehind && last[.checkpoint]?.state == .succeeded
            }
            return release.failure?.code.meansNothingRuns != true
        }

        func reasonToUndo(cancelled: Bool, givenUp: StepFailure?) -> Undoing? {
            if let givenUp { return .failure(givenUp) }
            for kind in StepKind.allCases where kind.rule.way == .forward {
                guard let step = last[kind], case .undo = kind.rule.consequence(of: step) else { continue }
                return .failure(step.failure ?? unreachable(step))
            }
            let isUndoing = last[.abandon] != nil || last[.steerBack] != nil
            return isUndoing || (cancelled && last[.steer] == nil) ? .cancelled : nil
        }

        private func unreachable(_ step: Step) -> StepFailure {
            StepFailure(
                code: .unreachable, message: "the agent of \(step.host) gave no answer to \(step.kind.rawValue)")
        }
    }
}
