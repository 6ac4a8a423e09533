import Glibc

/// Ends the process at a chosen moment of a move as kill -9 would, so that tests can show what becomes of the move.
/// Without a point it does nothing.
public struct SuddenDeath: Sendable, Hashable {
    /// A moment of a step.
    public enum Moment: String, Sendable, CaseIterable {
        /// Agent: the order has come and nothing is done yet.
        case begun
        /// Agent: it is done, and neither written down nor reported.
        case done
        /// Control plane: the step is in the ledger and not sent yet.
        case recorded
        /// Control plane: the answer has come and is not in the ledger yet.
        case answered
    }

    private let step: StepKind?
    private let moment: Moment?

    /// Never.
    public static let never = SuddenDeath(step: nil, moment: nil)

    private init(step: StepKind?, moment: Moment?) {
        self.step = step
        self.moment = moment
    }

    /// Reads `STEP:MOMENT`, such as `checkpoint:done`.
    /// - Throws: `ModelError.outOfRange` when there is no such step or moment.
    public init(parsing text: String) throws {
        let parts = text.split(separator: ":").map(String.init)
        guard parts.count == 2, let step = StepKind(rawValue: parts[0]), let moment = Moment(rawValue: parts[1]) else {
            throw ModelError.outOfRange(
                field: "die-at",
                detail: "'\(text)' is not STEP:MOMENT with a step of a relocation and one of "
                    + Moment.allCases.map(\.rawValue).joined(separator: ", "))
        }
        self.init(step: step, moment: moment)
    }

    /// Ends the process if this is the moment.
    public func strike(_ moment: Moment, of step: StepKind?) {
        guard let step, step == self.step, moment == self.moment else { return }
        kill(getpid(), SIGKILL)
    }
}
