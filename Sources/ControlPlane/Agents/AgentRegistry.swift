import FleetCore
import FleetModel
import Logging
import Synchronization

/// The agents that are connected, and the orders that wait for their outcomes.
///
/// An order is kept until its outcome comes or its time is over. Whenever an agent opens a new stream, all its orders
/// without an outcome are sent again under their ids, so neither a lost connection nor a restarted agent loses one. An
/// order that is asked again while it waits is joined: all who ask get the one outcome.
public final class AgentRegistry: Sendable {
    /// How an order ended from the control plane's side.
    enum Answer: Sendable {
        /// The agent answered.
        case outcome(OrderOutcome)
        /// No answer came in time. It may have been carried out or not.
        case lost
    }

    /// What a session is to the registry.
    enum SessionCheck {
        /// The host's present one.
        case present
        /// A newer one has begun.
        case superseded
        /// The control plane was started anew since: enrol again.
        case unknown
    }

    private struct Waiting {
        var command: AgentCommand
        /// Those who wait, each under a number of its own: the time of one may be over before that of another.
        var askers: [Int: CheckedContinuation<Answer, Never>] = [:]
    }

    private struct Line {
        var session: Int64?
        var lastDrawnSession: Int64 = 0
        var lastSeen: Timestamp?
        var stream = 0
        var commands: AsyncStream<AgentCommand>.Continuation?
        var waiting: [OrderID: Waiting] = [:]
        var askers = 0
        /// Whether nothing is asked of the host any more, before it enrols again.
        var isDismissed = false
    }

    private let lines = Mutex<[HostName: Line]>([:])
    private let silence = Mutex(SilenceWatch())
    private let logger: Logger

    /// A registry without agents.
    public init(logger: Logger) {
        self.logger = logger
    }

    // MARK: Sessions

    /// The number of a session that is about to begin, greater than all before it of that host.
    func drawSession(of host: HostName) -> Int64 {
        lines.withLock { lines in
            var line = lines[host, default: Line()]
            line.lastDrawnSession = max(Timestamp.now.milliseconds, line.lastDrawnSession + 1)
            lines[host] = line
            return line.lastDrawnSession
        }
    }

    /// Begins a session of a host; an earlier one ends. An enrolment that took so long that a later one of the same host has
    /// overtaken it changes nothing: the agent has given it up.
    func begin(session: Int64, of host: HostName) {
        let earlier: AsyncStream<AgentCommand>.Continuation? = lines.withLock { lines in
            var line = lines[host, default: Line()]
            guard session > line.session ?? 0 else { return nil }
            let earlier = line.commands
            line.session = session
            line.isDismissed = false
            line.commands = nil
            line.lastSeen = .now
            lines[host] = line
            return earlier
        }
        earlier?.finish()
        expect(host)
    }

    /// Takes a sign of life, and tells whether it belongs to the present session.
    func isAlive(_ host: HostName, session: Int64) -> SessionCheck {
        let check: SessionCheck = lines.withLock { lines in
            guard let present = lines[host]?.session else { return .unknown }
            guard session == present else { return .superseded }
            lines[host]?.lastSeen = .now
            return .present
        }
        if case .present = check { expect(host) }
        return check
    }

    /// A host is to be heard from now on, or from an earlier time on.
    func expect(_ host: HostName, since time: Timestamp = .now) { silence.withLock { $0.hear(host, at: time) } }

    /// The hosts that have been silent for longer than so many seconds. Each is named once, until it is expected anew.
    func silent(forSeconds seconds: Double, at now: Timestamp) -> [(host: HostName, since: Timestamp)] {
        silence.withLock { $0.silent(forSeconds: seconds, at: now) }
    }

    /// When a host was last heard; `nil` when it was not since the control plane started.
    func lastSeen(_ host: HostName) -> Timestamp? { lines.withLock { $0[host]?.lastSeen } }

    /// Whether the host's stream of commands is open.
    func isConnected(_ host: HostName) -> Bool { lines.withLock { $0[host]?.commands != nil } }

    /// Opens the stream of a host's commands, which begins with all that have no outcome yet. It ends when another
    /// one is opened.
    /// - Returns: the stream, and a ticket to close it with.
    func open(for host: HostName) -> (AsyncStream<AgentCommand>, ticket: Int) {
        let (stream, continuation) = AsyncStream.makeStream(of: AgentCommand.self)
        let (earlier, pending, ticket) = lines.withLock { lines in
            var line = lines[host, default: Line()]
            let earlier = line.commands
            line.commands = continuation
            line.stream += 1
            lines[host] = line
            return (earlier, line.waiting.values.map(\.command), line.stream)
        }
        earlier?.finish()
        for command in pending.sorted(by: { $0.id.description < $1.id.description }) { continuation.yield(command) }
        return (stream, ticket)
    }

    /// Closes a stream, unless another one has taken its place.
    func close(_ ticket: Int, for host: HostName) {
        lines.withLock { lines in
            guard lines[host]?.stream == ticket else { return }
            lines[host]?.commands = nil
        }
    }

    /// Ends the session of a host: whoever waits for it gets no answer, nor does whoever asks it before it enrols again.
    func dismiss(_ host: HostName) {
        let (commands, waiting) = lines.withLock { lines in
            var line = lines[host, default: Line()]
            let ended = (line.commands, line.waiting)
            line.session = nil
            line.commands = nil
            line.waiting = [:]
            line.isDismissed = true
            lines[host] = line
            return ended
        }
        commands?.finish()
        for asker in waiting.values.flatMap(\.askers.values) { asker.resume(returning: .lost) }
    }

    /// The first of some hosts whose stream is not open; `nil` as soon as all are.
    /// - Parameter limit: how long to wait for that.
    func absentee(of hosts: [HostName], within limit: Duration) async -> HostName? {
        let clock = ContinuousClock()
        let end = clock.now + limit
        while let absent = hosts.first(where: { !isConnected($0) }) {
            guard clock.now < end, !Task.isCancelled else { return absent }
            // Cancelled is noticed above.
            try? await Task.sleep(for: .milliseconds(50))
        }
        return nil
    }

    // MARK: Orders

    /// Sends an order and waits for its outcome. One that is waiting for its outcome already is not sent again. Who is
    /// cancelled waits no longer.
    /// - Parameters:
    ///   - timeout: how long an answer may take in all.
    ///   - absence: how long the agent's link may be broken.
    func carryOut(
        _ command: AgentCommand, on host: HostName, timeout: Duration, absence: Duration
    ) async -> Answer {
        let asker = lines.withLock { lines in
            lines[host, default: Line()].askers += 1
            return lines[host]?.askers ?? 0
        }
        let watch = Task {
            try await self.waitUntilLost(host, timeout: timeout, absence: absence)
            self.giveUp(command.id, asker, on: host)
        }
        defer { watch.cancel() }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { send(command, to: host, for: asker, $0) }
        } onCancel: {
            giveUp(command.id, asker, on: host)
        }
    }

    private func send(
        _ command: AgentCommand, to host: HostName, for asker: Int, _ continuation: CheckedContinuation<Answer, Never>
    ) {
        let (commands, isDismissed) = lines.withLock { lines -> (AsyncStream<AgentCommand>.Continuation?, Bool) in
            // Whoever is cancelled from here on is found among the askers.
            guard lines[host]?.isDismissed != true, !Task.isCancelled else { return (nil, true) }
            var waiting = lines[host]?.waiting[command.id] ?? Waiting(command: command)
            let isNew = waiting.askers.isEmpty
            waiting.askers[asker] = continuation
            lines[host]?.waiting[command.id] = waiting
            return (isNew ? lines[host]?.commands : nil, false)
        }
        if isDismissed { continuation.resume(returning: .lost) }
        commands?.yield(command)
    }

    private func waitUntilLost(_ host: HostName, timeout: Duration, absence: Duration) async throws {
        let clock = ContinuousClock()
        let end = clock.now + timeout
        var seen = clock.now
        while clock.now < end, clock.now - seen < absence {
            try await Task.sleep(for: min(.milliseconds(200), absence))
            if isConnected(host) { seen = clock.now }
        }
    }

    /// Takes an outcome that an agent reported. One that nobody waits for is dropped: its time was over, and what
    /// follows from that has been done.
    func take(_ outcome: OrderOutcome, from host: HostName) {
        guard let waiting = lines.withLock({ $0[host]?.waiting.removeValue(forKey: outcome.id) }) else {
            logger.info("outcome without an order", metadata: ["host": "\(host)", "order": "\(outcome.id)"])
            return
        }
        for asker in waiting.askers.values { asker.resume(returning: .outcome(outcome)) }
    }

    /// The time of one who waits is over.
    private func giveUp(_ id: OrderID, _ asker: Int, on host: HostName) {
        let continuation: CheckedContinuation<Answer, Never>? = lines.withLock { lines in
            guard var waiting = lines[host]?.waiting[id] else { return nil }
            let continuation = waiting.askers.removeValue(forKey: asker)
            lines[host]?.waiting[id] = waiting.askers.isEmpty ? nil : waiting
            return continuation
        }
        continuation?.resume(returning: .lost)
    }
}

extension AgentRegistry {
    /// Sends an order that is not a step of a relocation, and gives back its report.
    /// - Throws: `FleetError.agent` when the agent fails or does not answer.
    func ask(
        _ order: AgentOrder, id: OrderID, of host: HostName, timeout: Duration
    ) async throws(FleetError) -> AgentReport {
        switch await carryOut(
            AgentCommand(id: id, order: order), on: host, timeout: timeout, absence: .seconds(5))
        {
        case .lost:
            throw .agent(
                host: host,
                StepFailure(
                    code: .unreachable, message: "the agent gave no answer within \(timeout.components.seconds) s"))
        case .outcome(let outcome):
            switch outcome.result {
            case .succeeded(let report): return report
            case .failed(let failure): throw .agent(host: host, failure)
            }
        }
    }
}
