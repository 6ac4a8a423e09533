import Glibc

/// Ends the process at a chosen moment of a move as kill -9 would, or stops it until somebody lets it go on, so that tests
/// can show what becomes of the move. Without a point it does nothing.
public struct SuddenDeath: Sendable, Hashable {
    /// A moment of a step.
    public enum Moment: String, Sendable, CaseIterable {
        /// Agent: the order has come and nothing is done yet.
        case begun
        /// Agent: it is done, and neither written down nor reported.
        case done
        /// Control plane: the step is decided and not sent yet.
        case recorded
        /// Control plane: the answer has come and is not in the ledger yet.
        case answered
    }

    private let step: StepKind?
    private let moment: Moment?
    private let signal: Int32

    /// Never.
    public static let never = SuddenDeath(step: nil, moment: nil, signal: SIGKILL)

    private init(step: StepKind?, moment: Moment?, signal: Int32) {
        self.step = step
        self.moment = moment
        self.signal = signal
    }

    /// Reads `STEP:MOMENT`, such as `checkpoint:done`, or `STEP:MOMENT:stop`.
    /// - Throws: `ModelError.outOfRange` when there is no such step or moment.
    public init(parsing text: String) throws {
        let parts = text.split(separator: ":").map(String.init)
        guard parts.count == 2 || (parts.count == 3 && parts[2] == "stop"), let step = StepKind(rawValue: parts[0]),
            let moment = Moment(rawValue: parts[1])
        else {
            throw ModelError.outOfRange(
                field: "die-at",
                detail: "'\(text)' is not STEP:MOMENT or STEP:MOMENT:stop with a step of a relocation and one of "
                    + Moment.allCases.map(\.rawValue).joined(separator: ", "))
        }
        self.init(step: step, moment: moment, signal: parts.count == 2 ? SIGKILL : SIGSTOP)
    }

    /// Ends or stops the process if this is the moment.
    public func strike(_ moment: Moment, of step: StepKind?) {
        guard let step, step == self.step, moment == self.moment else { return }
        kill(getpid(), signal)
    }
}
