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
    package struct Intent: Equatable {
        package var kind: StepKind
        /// From 1; above 1 it is a repetition.
        package var attempt: Int
    }

    /// What follows from the recorded steps.
    /// - Parameters:
    ///   - cancelled: whether an operator asked to cancel. It counts only before `steer`.
    ///   - parting: whether connections stay behind at the source.
    package static func next(after steps: [Step], cancelled: Bool, parting: Bool) -> Move {
        let record = Record(steps: steps)
        let open = steps.filter { $0.state == .sent }
        guard open.isEmpty else { return .wait(open) }
        if let undoing = record.reasonToUndo(cancelled: cancelled) { return undo(record, undoing) }
        return forward(record, parting: parting)
    }

    /// Whether a step may be sent before it is written down.
    package static func isInWindow(_ intents: [Intent]) -> Bool {
        intents.allSatisfy { $0.attempt == 1 && [.checkpoint, .restore, .part, .release].contains($0.kind) }
    }

    /// Whether more may have been done than these steps say, by a control plane that has ended since.
    package static func mayBeBehind(_ steps: [Step]) -> Bool {
        let window = steps.filter { isAskedUntilAnswered($0.kind) }
        return !window.isEmpty
            && window.allSatisfy { $0.kind != .release && ($0.state == .sent || $0.state == .succeeded) }
    }

    /// Whether a step is asked for until an answer comes, where more may have been done than is written down.
    package static func isAskedUntilAnswered(_ kind: StepKind) -> Bool {
        [.steer, .checkpoint, .restore, .release].contains(kind)
    }

    private static func forward(_ record: Record, parting: Bool) -> Move {
        if record[.prepare] == nil {
            return .send([Intent(kind: .prepare, attempt: 1), Intent(kind: .arm, attempt: 1)])
        }
        for kind in [StepKind.hush, .settle, .steer, .checkpoint] where record[kind] == nil {
            return .send([Intent(kind: kind, attempt: 1)])
        }
        if record[.restore] == nil {
            return .send(([.restore] + (parting ? [.part] : [])).map { Intent(kind: $0, attempt: 1) })
        }
        for kind in [StepKind.release, .announce, .seal] {
            if let repetition = record.untilDone(kind) { return .send([repetition]) }
        }
        if record[.retire] == nil { return .send([Intent(kind: .retire, attempt: 1)]) }
        return .end(.completed, nil)
    }

    private static func undo(_ record: Record, _ undoing: Undoing) -> Move {
        let checkpoint = record[.checkpoint]?.state
        if checkpoint == .lost, let back = record.untilDone(.steerBack) { return .send([back]) }
        let mustRevive = checkpoint == .succeeded || checkpoint == .lost
        if mustRevive, record[.revive]?.state == .failed {
            return .end(.stranded, record[.revive]?.failure)
        }
        if mustRevive, let revive = record.untilDone(.revive) { return .send([revive]) }
        if record[.hush] != nil, let back = record.untilDone(.steerBack) { return .send([back]) }
        for kind in [StepKind.abandon, .disarm] where record[kind] == nil {
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
    }

    /// The last attempt of each kind of step.
    private struct Record {
        private var last: [StepKind: Step] = [:]

        init(steps: [Step]) {
            for step in steps { last[step.kind] = step }
        }

        subscript(kind: StepKind) -> Step? { last[kind] }

        /// The next attempt of a step that is repeated until it is done; `nil` when it is done.
        func untilDone(_ kind: StepKind) -> Intent? {
            guard let step = last[kind] else { return Intent(kind: kind, attempt: 1) }
            return step.state == .succeeded ? nil : Intent(kind: kind, attempt: step.attempt + 1)
        }

        func reasonToUndo(cancelled: Bool) -> Undoing? {
            for kind in [StepKind.prepare, .hush, .settle, .steer, .checkpoint, .restore] {
                guard let step = last[kind], step.state == .failed || step.state == .lost else { continue }
                return .failure(step.failure ?? unreachable(step))
            }
            // Found out before anybody waits for the container.
            if let failure = last[.arm]?.failure, failure.code == .dumpRefused { return .failure(failure) }
            if let failure = last[.release]?.failure, failure.code.meansNothingRuns { return .failure(failure) }
            let isUndoing = last[.abandon] != nil || last[.steerBack] != nil
            return isUndoing || (cancelled && last[.steer] == nil) ? .cancelled : nil
        }

        private func unreachable(_ step: Step) -> StepFailure {
            StepFailure(
                code: .unreachable, message: "the agent of \(step.host) gave no answer to \(step.kind.rawValue)")
        }
    }
}

extension FailureCode {
    /// Whether a destination that fails to release with it says that nothing of the container runs there. Any other
    /// failure may have come after the container began to run, such as that of its network.
    fileprivate var meansNothingRuns: Bool {
        switch self {
        case .leaseExpired, .interrupted, .restoreFailed, .notHere: true
        default: false
        }
    }
}
