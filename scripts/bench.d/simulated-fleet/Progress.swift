import FleetModel
import Synchronization

/// What the agents of a simulated fleet have seen together. It says so when all are there, and when the gateway knows all
/// containers.
final class Progress: Sendable {
    /// What is said, a line of JSON each.
    private struct Line: Encodable {
        /// `joined` or `gateway`.
        var what: String
        /// Seconds since the first agent tried.
        var seconds: Double
        var beats: Int
        var orders: Int
        var failures: Int
    }

    private struct Seen {
        /// Those that are not there, or were not since somebody has been missing.
        var missing: Set<HostName>
        /// Those that came back since then: that one of them goes again does not count as long as others have yet to come.
        var back: Set<HostName> = []
        var beats = 0
        var orders = 0
        var failures = 0
        /// Of how many containers the gateway was told where they are, since it enrolled.
        var told = 0
    }

    private static let mostWords = 5
    private let plan: FleetPlan
    private let start = ContinuousClock().now
    private let seen: Mutex<Seen>

    init(_ plan: FleetPlan) throws {
        self.plan = plan
        seen = Mutex(Seen(missing: Set(try (0...plan.hosts).map(plan.host))))
    }

    /// An agent has opened its stream of commands.
    func joined(_ host: HostName, as role: HostRole) {
        let areAll = seen.withLock { seen in
            if role == .gateway { seen.told = 0 }
            seen.back.insert(host)
            guard seen.missing.remove(host) != nil, seen.missing.isEmpty else { return false }
            seen.back = []
            return true
        }
        if areAll { say("joined") }
    }

    /// An agent's link has ended.
    func left(_ host: HostName) {
        seen.withLock { seen in
            if !seen.back.contains(host) { seen.missing.insert(host) }
        }
    }

    /// A heartbeat was answered.
    func beat() { seen.withLock { $0.beats += 1 } }

    /// An order was carried out.
    func carriedOut(_ command: AgentCommand) {
        let told = command.containersTold
        let isEnd = seen.withLock { seen in
            seen.orders += 1
            guard told > 0, seen.told < plan.containers else { return false }
            seen.told += told
            return seen.told >= plan.containers
        }
        if isEnd { say("gateway") }
    }

    /// Something went wrong and is tried again.
    func failed(_ error: any Error) {
        let count = seen.withLock { seen in
            seen.failures += 1
            return seen.failures
        }
        if count <= Self.mostWords, !(error is CancellationError) { complain("\(error)") }
    }

    private func say(_ what: String) {
        let seen = seen.withLock { $0 }
        report(
            Line(
                what: what, seconds: (ContinuousClock().now - start) / .seconds(1), beats: seen.beats,
                orders: seen.orders, failures: seen.failures))
    }
}

extension AgentCommand {
    /// Of how many containers it tells the gateway where they are, apart from moves.
    fileprivate var containersTold: Int {
        switch order {
        case .remember(let order): order.announcements.count
        case .route where id.operation.hasPrefix("container-"): 1
        default: 0
        }
    }
}
