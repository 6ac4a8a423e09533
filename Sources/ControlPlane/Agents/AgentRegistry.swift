import Dispatch
import FleetCore
import FleetModel
import Logging
import Synchronization

/// The agents that are connected, and the orders that wait for their outcomes.
///
/// An order is kept until its outcome comes or its time is over. Whenever an agent opens a new stream, all its orders
/// without an outcome are sent again under their ids, so neither a lost connection nor a restarted agent loses one. An
/// order that is asked again while it waits is joined: all who ask get the one outcome.
///
/// Who has not been heard since the control plane started is awaited: as long as its host does not count as silent, no order
/// to it is lost, and its time begins when it is there.
final class AgentRegistry: Sendable {
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

    /// One who waits for the outcome of an order.
    private struct Ask {
        var order: OrderID
        var host: HostName
        var askedAt: ContinuousClock.Instant
        /// How long an answer may take, however the link is.
        var timeout: Duration
        /// How long the link may be broken.
        var absence: Duration
    }

    private struct Line {
        var session: Int64?
        var lastDrawnSession: Int64 = 0
        var lastSeen: Timestamp?
        /// When its first session began; `nil` when none did since the control plane started.
        var heardAt: ContinuousClock.Instant?
        var stream = 0
        var commands: AsyncStream<AgentCommand>.Continuation?
        /// Since when there is no stream; `nil` while there is one, or when there never was.
        var isAwaySince: ContinuousClock.Instant?
        var waiting: [OrderID: Waiting] = [:]
        /// Whether nothing is asked of the host any more, before it enrols again.
        var isDismissed = false

        /// - Returns: whether nobody has asked for the same before.
        mutating func wait(
            for command: AgentCommand, _ asker: Int, _ continuation: CheckedContinuation<Answer, Never>
        ) -> Bool {
            let isNew = waiting[command.id] == nil
            waiting[command.id, default: Waiting(command: command)].askers[asker] = continuation
            return isNew
        }

        mutating func leave() {
            if commands != nil { isAwaySince = .now }
            commands = nil
        }
    }

    private struct Lines {
        var byHost: [HostName: Line] = [:]
        /// All who wait, under the numbers by which orders know them.
        var asks: [Int: Ask] = [:]
        var lastAsker = 0
        /// Whether somebody will look for those whose time is over.
        var isWatched = false

        /// Who has not been heard for too long, and who is awaited.
        var silence = SilenceWatch()

        /// Whether one has waited for long enough.
        func isOver(_ ask: Ask, at now: ContinuousClock.Instant) -> Bool {
            if isAway(ask.host, since: ask.askedAt, for: ask.absence, at: now) { return true }
            let line = byHost[ask.host]
            guard line?.commands != nil || !silence.isAwaited(ask.host) else { return false }
            return now - max(ask.askedAt, line?.heardAt ?? ask.askedAt) >= ask.timeout
        }

        /// Whether an agent has not been there for so long since a time, and is not awaited.
        func isAway(
            _ host: HostName, since time: ContinuousClock.Instant, for limit: Duration, at now: ContinuousClock.Instant
        ) -> Bool {
            let line = byHost[host]
            guard line?.commands == nil, !silence.isAwaited(host) else { return false }
            return now - max(time, line?.isAwaySince ?? line?.heardAt ?? time) >= limit
        }

        /// Lets one wait no longer, if it still does.
        mutating func remove(_ asker: Int) -> CheckedContinuation<Answer, Never>? {
            guard let ask = asks.removeValue(forKey: asker) else { return nil }
            let continuation = byHost[ask.host]?.waiting[ask.order]?.askers.removeValue(forKey: asker)
            if byHost[ask.host]?.waiting[ask.order]?.askers.isEmpty == true {
                byHost[ask.host]?.waiting[ask.order] = nil
            }
            return continuation
        }
    }

    /// How often those are looked for whose time is over. A timer for each would cost more than all else about an order.
    private static let tick = DispatchTimeInterval.milliseconds(100)
    private let clock = DispatchQueue(label: "orders")
    private let lines = Mutex(Lines())
    private let pace: HeartbeatPace
    private let absenceSeconds: Double
    private let logger: Logger

    /// A registry without agents.
    /// - Parameters:
    ///   - pace: how often they are to be heard.
    ///   - absenceSeconds: how long an agent may be away that is asked for something which is no step of a move, in seconds.
    init(
        pace: HeartbeatPace = HeartbeatPace(), absenceSeconds: Double = StepTimes().absenceSeconds, logger: Logger
    ) {
        (self.pace, self.absenceSeconds, self.logger) = (pace, absenceSeconds, logger)
    }

    // MARK: Sessions

    /// The number of a session that is about to begin, greater than all before it of that host.
    func drawSession(of host: HostName) -> Int64 {
        lines.withLock { lines in
            var line = lines.byHost[host, default: Line()]
            line.lastDrawnSession = max(Timestamp.now.milliseconds, line.lastDrawnSession + 1)
            lines.byHost[host] = line
            return line.lastDrawnSession
        }
    }

    /// Begins a session of a host; an earlier one ends. An enrolment that took so long that a later one of the same host has
    /// overtaken it changes nothing: the agent has given it up.
    /// - Parameter hosts: of how many hosts it is one.
    func begin(session: Int64, of host: HostName, among hosts: Int = 1) {
        let earlier: AsyncStream<AgentCommand>.Continuation? = lines.withLock { lines in
            var line = lines.byHost[host, default: Line()]
            guard session > line.session ?? 0 else { return nil }
            let earlier = line.commands
            line.session = session
            line.heardAt = line.heardAt ?? .now
            line.isDismissed = false
            line.leave()
            line.lastSeen = .now
            lines.byHost[host] = line
            return earlier
        }
        earlier?.finish()
        expect(host, among: hosts)
    }

    /// Takes a sign of life, and tells whether it belongs to the present session.
    /// - Parameter hosts: of how many hosts it is one.
    func isAlive(_ host: HostName, session: Int64, among hosts: Int = 1) -> SessionCheck {
        let check: SessionCheck = lines.withLock { lines in
            guard let present = lines.byHost[host]?.session else { return .unknown }
            guard session == present else { return .superseded }
            lines.byHost[host]?.lastSeen = .now
            return .present
        }
        if case .present = check { expect(host, among: hosts) }
        return check
    }

    /// What a session is, without a sign of life of it.
    func check(_ session: Int64, of host: HostName) -> SessionCheck {
        lines.withLock { lines in
            guard let present = lines.byHost[host]?.session else { return .unknown }
            return session == present ? .present : .superseded
        }
    }

    /// How often a host that is one of so many is to be heard, in seconds.
    func heartbeatSeconds(among hosts: Int) -> Double { pace.seconds(among: hosts) }

    /// A host that is one of so many is to be heard from now on, or from an earlier time on.
    func expect(_ host: HostName, since time: Timestamp = .now, among hosts: Int = 1) {
        let silence = pace.silence(every: pace.seconds(among: hosts))
        lines.withLock { $0.silence.hear(host, at: time, silentAfter: silence) }
    }

    /// Waits for hosts that were there before the control plane started; from now on they can be heard.
    /// - Parameter count: how many hosts there are in all.
    func wait(for hosts: Set<HostName>, since time: Timestamp = .now, among count: Int) {
        let silence = pace.silence(every: pace.seconds(among: count))
        lines.withLock { $0.silence.wait(for: hosts, since: time, silentAfter: silence) }
    }

    /// The hosts that have been silent for too long. Each is named once, until it is expected anew.
    func silent(at now: Timestamp) -> [(host: HostName, since: Timestamp)] {
        lines.withLock { $0.silence.silent(at: now) }
    }

    /// When a host was last heard; `nil` when it was not since the control plane started.
    func lastSeen(_ host: HostName) -> Timestamp? { lines.withLock { $0.byHost[host]?.lastSeen } }

    /// Whether the host's stream of commands is open.
    func isConnected(_ host: HostName) -> Bool { lines.withLock { $0.byHost[host]?.commands != nil } }

    /// Opens the stream of a host's commands, which begins with all that have no outcome yet. It ends when another
    /// one is opened.
    /// - Returns: the stream, and a ticket to close it with.
    func open(for host: HostName) -> (AsyncStream<AgentCommand>, ticket: Int) {
        let (stream, continuation) = AsyncStream.makeStream(of: AgentCommand.self)
        let (earlier, pending, ticket) = lines.withLock { lines in
            var line = lines.byHost[host, default: Line()]
            let earlier = line.commands
            line.commands = continuation
            line.isAwaySince = nil
            line.stream += 1
            lines.byHost[host] = line
            return (earlier, line.waiting.values.map(\.command), line.stream)
        }
        earlier?.finish()
        for command in pending.sorted(by: { $0.id.description < $1.id.description }) { continuation.yield(command) }
        return (stream, ticket)
    }

    /// Closes a stream, unless another one has taken its place.
    func close(_ ticket: Int, for host: HostName) {
        lines.withLock { lines in
            guard lines.byHost[host]?.stream == ticket else { return }
            lines.byHost[host]?.leave()
        }
    }

    /// Closes the stream of a host that is silent: what is sent into a link that leads nowhere is lost. An agent that lives
    /// enrols again.
    func hangUp(on host: HostName) {
        let commands = lines.withLock { lines in
            let commands = lines.byHost[host]?.commands
            lines.byHost[host]?.leave()
            return commands
        }
        commands?.finish()
    }

    /// Ends the session of a host: whoever waits for it gets no answer, nor does whoever asks it before it enrols again.
    func dismiss(_ host: HostName) {
        let (commands, waiting) = lines.withLock { lines in
            var line = lines.byHost[host, default: Line()]
            let ended = (line.commands, line.waiting)
            line.session = nil
            line.leave()
            line.waiting = [:]
            for asker in ended.1.values.flatMap(\.askers.keys) { lines.asks[asker] = nil }
            line.isDismissed = true
            lines.byHost[host] = line
            return ended
        }
        commands?.finish()
        for asker in waiting.values.flatMap(\.askers.values) { asker.resume(returning: .lost) }
    }

    /// The first of some hosts whose stream is not open; `nil` as soon as all are.
    /// - Parameter limit: how long to wait for that, and for as long as a host is awaited that has not been heard since the
    ///   start; 0 for not at all.
    func absentee(of hosts: [HostName], within limit: Duration) async -> HostName? {
        let begin = ContinuousClock.now
        while let absent = hosts.first(where: { !isConnected($0) }) {
            guard limit > .zero, !Task.isCancelled else { return absent }
            let gone = lines.withLock { lines in
                hosts.first { lines.isAway($0, since: begin, for: limit, at: .now) }
            }
            if let gone { return gone }
            // Cancelled is noticed above.
            try? await Task.sleep(for: .milliseconds(50))
        }
        return nil
    }

    // MARK: Orders

    /// How many orders to a host wait for their outcomes.
    func waitingCount(on host: HostName) -> Int { lines.withLock { $0.byHost[host]?.waiting.count ?? 0 } }

    /// Sends an order and waits for its outcome. One that is waiting for its outcome already is not sent again. Who is
    /// cancelled waits no longer.
    /// - Parameters:
    ///   - timeout: how long an answer may take in all, once the agent has been heard or is not awaited any more.
    ///   - absence: how long the agent's link may be broken; that of an agent that is awaited is not.
    func carryOut(
        _ command: AgentCommand, on host: HostName, timeout: Duration, absence: Duration
    ) async -> Answer {
        let ask = Ask(order: command.id, host: host, askedAt: .now, timeout: timeout, absence: absence)
        let asker = lines.withLock { lines in
            lines.lastAsker += 1
            return lines.lastAsker
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { send(command, ask, for: asker, $0) }
        } onCancel: {
            lines.withLock { $0.remove(asker) }?.resume(returning: .lost)
        }
    }

    private func send(
        _ command: AgentCommand, _ ask: Ask, for asker: Int, _ continuation: CheckedContinuation<Answer, Never>
    ) {
        let (commands, isTaken, mustWatch) = lines.withLock {
            lines -> (AsyncStream<AgentCommand>.Continuation?, Bool, Bool) in
            // Whoever is cancelled from here on is found among the askers.
            guard lines.byHost[ask.host]?.isDismissed != true, !Task.isCancelled else { return (nil, false, false) }
            let isNew = lines.byHost[ask.host, default: Line()].wait(for: command, asker, continuation)
            lines.asks[asker] = ask
            defer { lines.isWatched = true }
            return (isNew ? lines.byHost[ask.host]?.commands : nil, true, !lines.isWatched)
        }
        if !isTaken { continuation.resume(returning: .lost) }
        if mustWatch { watch() }
        commands?.yield(command)
    }

    /// Looks for those whose time is over, as long as anybody waits.
    private func watch() {
        clock.asyncAfter(deadline: .now() + Self.tick) { [weak self] in
            guard let self else { return }
            giveUpOverdue()
            let isOver = lines.withLock { lines in
                if lines.asks.isEmpty { lines.isWatched = false }
                return lines.asks.isEmpty
            }
            if !isOver { watch() }
        }
    }

    /// Takes an outcome that an agent reported. One that nobody waits for is dropped: its time was over, and what
    /// follows from that has been done.
    func take(_ outcome: OrderOutcome, from host: HostName) {
        let waiting = lines.withLock { lines in
            let waiting = lines.byHost[host]?.waiting.removeValue(forKey: outcome.id)
            if let waiting { for asker in waiting.askers.keys { lines.asks[asker] = nil } }
            return waiting
        }
        guard let waiting else {
            logger.info("outcome without an order", metadata: ["host": "\(host)", "order": "\(outcome.id)"])
            return
        }
        for asker in waiting.askers.values { asker.resume(returning: .outcome(outcome)) }
    }

    /// Tells those whose time is over.
    private func giveUpOverdue() {
        let now = ContinuousClock.now
        let overdue: [CheckedContinuation<Answer, Never>] = lines.withLock { lines in
            let asks = lines.asks.filter { lines.isOver($0.value, at: now) }
            return asks.keys.compactMap { lines.remove($0) }
        }
        for asker in overdue { asker.resume(returning: .lost) }
    }
}

extension AgentRegistry {
    /// Sends an order that is not a step of a relocation, and gives back its report.
    /// - Throws: `FleetError.agent` when the agent fails or does not answer.
    func ask(
        _ order: AgentOrder, id: OrderID, of host: HostName, timeout: Duration
    ) async throws(FleetError) -> AgentReport {
        switch await carryOut(
            AgentCommand(id: id, order: order), on: host, timeout: timeout, absence: .seconds(absenceSeconds))
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
