import FleetModel
import Logging

/// Carries out orders: each once, and those about one container in the order in which they came.
actor OrderExecutor {
    private let worker: WorkerOrders?
    private let gateway: (any GatewayNetwork)?
    private let journal: OrderJournal
    private let death: SuddenDeath
    private let logger: Logger
    private var running: [OrderID: Task<OrderOutcome, Never>] = [:]
    private var last: [String: Task<OrderOutcome, Never>] = [:]

    /// An executor of a worker's orders, of a gateway's, or of both.
    init(
        worker: WorkerOrders?, gateway: (any GatewayNetwork)?, journal: OrderJournal, death: SuddenDeath,
        logger: Logger
    ) {
        self.worker = worker
        self.gateway = gateway
        self.journal = journal
        self.death = death
        self.logger = logger
    }

    /// Carries out an order, or joins the carrying out that has begun, or gives the outcome that was recorded.
    func carryOut(_ command: AgentCommand) async -> OrderOutcome {
        if let task = running[command.id] { return await task.value }
        if let recorded = journal.outcome(of: command.id) { return recorded }
        let line = command.line
        let previous = line.flatMap { last[$0] }
        let task = Task {
            _ = await previous?.value
            return await self.perform(command)
        }
        running[command.id] = task
        if let line { last[line] = task }
        let outcome = await task.value
        running[command.id] = nil
        if let line, last[line] == task { last[line] = nil }
        return outcome
    }

    private func perform(_ command: AgentCommand) async -> OrderOutcome {
        let step = StepKind(rawValue: command.id.step)
        death.strike(.begun, of: step)
        let clock = ContinuousClock()
        let start = clock.now
        var timings: StepTimings = [:]
        let result: OrderResult
        do {
            result = .succeeded(try await report(on: command.order, timings: &timings))
        } catch {
            result = .failed(error)
            logger.warning("order failed", metadata: ["order": "\(command.id)", "failure": "\(error)"])
        }
        death.strike(.done, of: step)
        let outcome = OrderOutcome(
            id: command.id, result: result, durationMilliseconds: (clock.now - start).milliseconds, timings: timings)
        if command.order.isRecorded {
            do {
                try journal.record(outcome)
            } catch {
                logger.error("cannot record an outcome", metadata: ["order": "\(command.id)", "error": "\(error)"])
            }
        }
        return outcome
    }

    private func report(
        on order: AgentOrder, timings: inout StepTimings
    ) async throws(StepFailure) -> AgentReport {
        switch order {
        case .route(let order):
            try await requireGateway().route(order.addresses, via: order.via)
            if !order.forgotten.isEmpty { try await requireGateway().unroute(order.forgotten) }
            return .done
        case .hush(let order):
            try await requireGateway().hush(order.addresses, via: order.via)
            return .done
        case .part(let order):
            try await requireGateway().part(order.connections, via: order.via)
            return .done
        case .announce(let order):
            try await requireGateway().announce(order)
            return .done
        case .remember(let order):
            try await requireGateway().remember(order)
            return .done
        case .withdraw(let order):
            try await requireGateway().withdraw(order)
            return .done
        case .unroute(let order):
            try await requireGateway().unroute(order.addresses)
            return .done
        case .fence(let order):
            try await requireGateway().fence(order.addresses)
            return .done
        default:
            guard let worker else {
                throw StepFailure(code: .invalidOrder, message: "this host is a gateway and carries no containers")
            }
            return try await worker.carryOut(order, timings: &timings)
        }
    }

    private func requireGateway() throws(StepFailure) -> any GatewayNetwork {
        guard let gateway else {
            throw StepFailure(code: .invalidOrder, message: "this host is not a gateway")
        }
        return gateway
    }
}

extension AgentCommand {
    /// What the order waits in line with; `nil` when it waits for nothing.
    fileprivate var line: String? {
        switch order {
        case .start(let order): order.spec.name.text
        case .adopt(let order): order.spec.name.text
        case .stop(let order), .halt(let order): order.container.text
        case .trial(let container): container.text
        case .prepare(let order): order.spec.name.text
        case .arm(let order), .retire(let order), .abandon(let order), .revive(let order), .disarm(let order):
            order.container.text
        case .settle(let order): order.container.text
        case .checkpoint(let order): order.container.text
        case .release(let order): order.container.text
        case .restore(let order): order.container.text
        case .seal(let order): order.container.text
        case .route, .hush, .part, .announce, .remember, .withdraw, .unroute, .fence: id.operation
        case .logs, .inspect, .examine: nil
        }
    }
}

extension AgentOrder {
    /// Whether its outcome must be remembered. Questions are answered anew.
    fileprivate var isRecorded: Bool {
        switch self {
        case .logs, .inspect, .trial, .examine: false
        default: true
        }
    }
}
