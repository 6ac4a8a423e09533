import FleetCore
import FleetModel
import RelocateTesting
import Synchronization

@testable import ControlPlane

/// Plays the agents of hosts. Whatever they are told they have done at once, unless a test has said what comes instead.
final class AgentScript: Sendable {
    /// What comes of an order.
    enum Reply: Sendable {
        case report(AgentReport)
        case failure(StepFailure)
        /// No answer.
        case silence
    }

    /// An order that an agent got.
    struct Sent: Sendable {
        var host: HostName
        var command: AgentCommand
        /// What kind of order it is: `start`, `checkpoint`, and so on.
        var kind: String
    }

    private struct State {
        var sent: [Sent] = []
        var replies: [String: [Reply]] = [:]
        var inventories: [HostName: HostInventory] = [:]
        var tickets: [HostName: Int] = [:]
        var tasks: [Task<Void, Never>] = []
        var watchers: [AsyncStream<Void>.Continuation] = []
    }

    private let state = Mutex(State())
    private let agents: AgentRegistry
    private let fleet: Fleet

    init(_ agents: AgentRegistry, _ fleet: Fleet) {
        self.agents = agents
        self.fleet = fleet
    }

    // MARK: Links

    /// Begins a session of a host and opens its stream of commands.
    /// - Returns: the session.
    @discardableResult
    func connect(_ host: HostName) -> Int64 {
        let session = agents.drawSession(of: host)
        agents.begin(session: session, of: host)
        open(host)
        return session
    }

    /// Opens the stream of commands of a host that has enrolled.
    func open(_ host: HostName) {
        let (commands, ticket) = agents.open(for: host)
        let task = Task {
            for await command in commands { answer(command, of: host) }
        }
        state.withLock { state in
            state.tickets[host] = ticket
            state.tasks.append(task)
        }
    }

    /// Closes the stream of a host.
    func disconnect(_ host: HostName) {
        guard let ticket = state.withLock({ $0.tickets.removeValue(forKey: host) }) else { return }
        agents.close(ticket, for: host)
    }

    func stop() { for task in state.withLock({ $0.tasks }) { task.cancel() } }

    // MARK: What is said

    /// What the next orders of a kind come to, one after the other.
    func reply(to kind: String, _ replies: Reply...) {
        state.withLock { $0.replies[kind, default: []] += replies }
    }

    /// Makes the next orders of a kind fail.
    func fail(_ kind: String, _ code: FailureCode = .runtimeFailed, _ message: String = "told to fail", times: Int = 1)
    {
        let failure = Reply.failure(StepFailure(code: code, message: message))
        state.withLock { $0.replies[kind, default: []] += Array(repeating: failure, count: times) }
    }

    /// What a host says that it has; `nil` for what is recorded of it.
    func setInventory(_ inventory: HostInventory?, of host: HostName) {
        state.withLock { $0.inventories[host] = inventory }
    }

    // MARK: What was heard

    /// All orders, in the order in which they came.
    var sent: [Sent] { state.withLock { $0.sent } }

    /// The kinds of all orders.
    var kinds: [String] { sent.map(\.kind) }

    /// The orders of a kind.
    func orders(_ kind: String) -> [AgentOrder] { sent.filter { $0.kind == kind }.map(\.command.order) }

    /// Forgets what was sent so far.
    func forget() { state.withLock { $0.sent = [] } }

    /// Waits until so many orders of a kind have come.
    func heard(_ kind: String, times: Int = 1) async throws {
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        state.withLock { $0.watchers.append(continuation) }
        if orders(kind).count >= times { return }
        let isThere: Bool? = await firstValue(within: .seconds(60)) {
            for await _ in stream where self.orders(kind).count >= times { return true }
            return nil
        }
        guard isThere == true else { throw NeverHappened(description: "\(kind), \(times) times") }
    }

    // MARK: Answers

    private func answer(_ command: AgentCommand, of host: HostName) {
        let kind = Self.kind(of: command.order)
        let (reply, watchers) = state.withLock { state in
            state.sent.append(Sent(host: host, command: command, kind: kind))
            guard var replies = state.replies[kind], !replies.isEmpty else { return (Reply?.none, state.watchers) }
            let reply = replies.removeFirst()
            state.replies[kind] = replies
            return (reply, state.watchers)
        }
        for watcher in watchers { watcher.yield() }
        let result: OrderResult
        switch reply ?? .report(usual(command.order, of: host)) {
        case .report(let report): result = .succeeded(report)
        case .failure(let failure): result = .failed(failure)
        case .silence: return
        }
        agents.take(OrderOutcome(id: command.id, result: result, durationMilliseconds: 1), from: host)
    }

    private func usual(_ order: AgentOrder, of host: HostName) -> AgentReport {
        switch order {
        case .trial: .mobility(.movable)
        case .logs(let logs): .logs("what \(logs.container) wrote\n")
        case .checkpoint: .dumped(bytes: 4096, closing: nil)
        case .inspect: .inventory(state.withLock { $0.inventories[host] } ?? recorded(of: host))
        default: .done
        }
    }

    private func recorded(of host: HostName) -> HostInventory {
        HostInventory(
            containers: fleet.snapshot.containers(on: host).filter { $0.state == .running }.map { container in
                ContainerPresence(
                    name: container.name, state: .running, address: container.address,
                    retainedAddresses: container.retainedAddresses)
            })
    }

    static func kind(of order: AgentOrder) -> String {
        Mirror(reflecting: order).children.first?.label ?? "\(order)"
    }
}
