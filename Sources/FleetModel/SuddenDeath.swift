import Glibc

/// Ends the process at a chosen moment of a move as kill -9 would, or stops it until somebody lets it go on, so that tests
/// can show what becomes of the move. Without a point it does nothing, and only debug builds can be given one.
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

    /// Never.
    public static let never = SuddenDeath()

    #if DEBUG
        private struct Point: Sendable, Hashable {
            var step: StepKind
            var moment: Moment
            var signal: Int32
        }

        private var point: Point?

        /// Reads `STEP:MOMENT`, such as `checkpoint:done`, or `STEP:MOMENT:stop`.
        /// - Throws: `ModelError.outOfRange` when there is no such step or moment.
        public init(parsing text: String) throws {
            let parts = text.split(separator: ":").map(String.init)
            guard parts.count == 2 || (parts.count == 3 && parts[2] == "stop"),
                let step = StepKind(rawValue: parts[0]), let moment = Moment(rawValue: parts[1])
            else {
                throw ModelError.outOfRange(
                    field: "die-at",
                    detail: "'\(text)' is not STEP:MOMENT or STEP:MOMENT:stop with a step of a relocation and one of "
                        + Moment.allCases.map(\.rawValue).joined(separator: ", "))
            }
            point = Point(step: step, moment: moment, signal: parts.count == 2 ? SIGKILL : SIGSTOP)
        }

        /// Ends or stops the process if this is the moment.
        public func strike(_ moment: Moment, of step: StepKind?) {
            guard let point, step == point.step, moment == point.moment else { return }
            kill(getpid(), point.signal)
        }
    #else
        /// This is never the moment.
        @inlinable public func strike(_ moment: Moment, of step: StepKind?) {}
    #endif

    private init() {}
}
