import FleetModel

/// What holds of a kind of step. `StepKind.rule` is the one table of all.
package struct StepRule: Sendable {
    /// Whose agent carries a step out.
    enum Place: Sendable {
        case source
        case destination
        case gateway
        /// The source; where it is lost, the destination, since the dump lies in the storage that all share.
        case keeperOfDump
    }

    /// How long an answer may take.
    enum Limit: Sendable {
        /// As long as a container is brought back where it was.
        case revival
        /// As long as the policy lets a destination make everything ready.
        case preparation
        /// As long as the policy lets a container be written down; its agent gives up by itself, so a little longer.
        case checkpoint
        /// As long as the policy lets a destination bring it back.
        case restoration
        /// As any other.
        case step
        /// As any other, and as long as the policy lets a program accept who has connected.
        case acceptance
    }

    /// What follows from a step that was not done, or of which no answer came.
    enum Consequence: Sendable {
        /// What was done of the move is undone.
        case undo
        /// The step is repeated until it is done.
        case again
        /// Nothing: the move goes on.
        case goOn
        /// The move goes on to its end; what the step was to remove is tried again afterwards.
        case leftover
        /// The container runs nowhere, and the move ends; the dump is kept.
        case strand
        /// The move is undone if the agent says that nothing of the container runs at the destination. Anything else may have
        /// come after it began to run.
        case undoIfNothingRuns
        /// The move is undone if the agent says that the container cannot be dumped.
        case undoIfRefused
    }

    /// What an order tells the agent.
    enum Order: Sendable {
        /// Which move it is, and of which container.
        case move(@Sendable (MoveOrder) -> AgentOrder)
        /// More of the relocation than that.
        case relocation(@Sendable (RelocationOrders) throws(FleetError) -> AgentOrder)
    }

    /// How a step comes about.
    enum Way: Sendable {
        /// On the way to the destination.
        case forward
        /// On the way back.
        case back
    }

    let way: Way
    /// Whose agent carries it out.
    let place: Place
    /// How long an answer may take.
    let limit: Limit
    /// What follows when it fails.
    let onFailure: Consequence
    /// What follows when no answer comes.
    let onLoss: Consequence
    /// Whether it is sent only while the agents of source, destination and gateway are all heard.
    var needsAll = false
    /// Whether it may be sent before it is written down (see `RelocationCourse`).
    var isInWindow = false
    /// Whether it is asked for until an answer comes, where more may have been done than is written down.
    package var isAskedUntilAnswered = false
    /// Which order it is.
    let order: Order

    /// What follows from how a step has ended; `nil` when it has not, or was done.
    func consequence(of step: Step) -> Consequence? {
        let consequence: Consequence
        switch step.state {
        case .sent, .succeeded: return nil
        case .failed: consequence = onFailure
        case .lost: consequence = onLoss
        }
        return switch consequence {
        case .undoIfNothingRuns: step.failure?.code.meansNothingRuns == true ? .undo : .again
        case .undoIfRefused: step.failure?.code == .dumpRefused ? .undo : .goOn
        case .undo, .again, .goOn, .leftover, .strand: consequence
        }
    }
}

extension StepKind {
    /// What holds of it.
    package var rule: StepRule {
        switch self {
        // Forward, in this order.
        case .prepare:
            StepRule(
                way: .forward, place: .destination, limit: .preparation, onFailure: .undo, onLoss: .undo,
                order: .relocation { $0.preparation })
        case .arm:
            StepRule(
                way: .forward, place: .source, limit: .step, onFailure: .undoIfRefused, onLoss: .goOn,
                order: .move { .arm($0) })
        case .hush:
            StepRule(
                way: .forward, place: .gateway, limit: .step, onFailure: .undo, onLoss: .undo, needsAll: true,
                order: .relocation { orders throws(FleetError) in .hush(try orders.routeToDestination()) })
        case .settle:
            StepRule(
                way: .forward, place: .source, limit: .acceptance, onFailure: .undo, onLoss: .undo, needsAll: true,
                order: .relocation { .settle($0.departure) })
        case .steer:
            StepRule(
                way: .forward, place: .gateway, limit: .step, onFailure: .undo, onLoss: .undo, needsAll: true,
                isAskedUntilAnswered: true,
                order: .relocation { orders throws(FleetError) in .route(try orders.routeAllToDestination()) })
        case .checkpoint:
            StepRule(
                way: .forward, place: .source, limit: .checkpoint, onFailure: .undo, onLoss: .undo, needsAll: true,
                isInWindow: true, isAskedUntilAnswered: true,
                order: .relocation { .checkpoint($0.departure) })
        case .restore:
            StepRule(
                way: .forward, place: .destination, limit: .restoration, onFailure: .undo, onLoss: .undo,
                isInWindow: true, isAskedUntilAnswered: true,
                order: .relocation { .restore($0.restoration) })
        case .part:
            StepRule(
                way: .forward, place: .gateway, limit: .step, onFailure: .goOn, onLoss: .goOn, isInWindow: true,
                order: .relocation { orders throws(FleetError) in .part(try orders.parting()) })
        case .release:
            StepRule(
                way: .forward, place: .destination, limit: .step, onFailure: .undoIfNothingRuns, onLoss: .again,
                isInWindow: true, isAskedUntilAnswered: true,
                order: .relocation { .release($0.release) })
        case .announce:
            StepRule(
                way: .forward, place: .gateway, limit: .step, onFailure: .again, onLoss: .again,
                order: .relocation { orders throws(FleetError) in try orders.announcement() })
        case .seal:
            StepRule(
                way: .forward, place: .destination, limit: .step, onFailure: .again, onLoss: .again,
                order: .relocation { .seal($0.seal) })
        case .retire:
            StepRule(
                way: .forward, place: .keeperOfDump, limit: .step, onFailure: .leftover, onLoss: .leftover,
                order: .move { .retire($0) })
        // Back.
        case .revive:
            StepRule(
                way: .back, place: .source, limit: .revival, onFailure: .strand, onLoss: .again,
                order: .move { .revive($0) })
        case .steerBack:
            StepRule(
                way: .back, place: .gateway, limit: .step, onFailure: .again, onLoss: .again,
                order: .relocation { orders throws(FleetError) in .route(try orders.routeToSource()) })
        case .abandon:
            StepRule(
                way: .back, place: .destination, limit: .step, onFailure: .leftover, onLoss: .leftover,
                order: .move { .abandon($0) })
        case .disarm:
            StepRule(
                way: .back, place: .keeperOfDump, limit: .step, onFailure: .leftover, onLoss: .leftover,
                order: .move { .disarm($0) })
        }
    }
}

extension StepKind {
    /// The order by which something is removed that a move has left behind; `nil` when that is not what it does.
    package func removal(of move: MoveOrder) -> AgentOrder? {
        guard rule.onFailure == .leftover, case .move(let order) = rule.order else { return nil }
        return order(move)
    }
}

extension FailureCode {
    /// Whether a destination that fails to release with it says that nothing of the container runs there.
    var meansNothingRuns: Bool {
        switch self {
        case .leaseExpired, .interrupted, .restoreFailed, .notHere: true
        default: false
        }
    }
}
