import FleetModel
import RelocateTesting

@testable import FleetCore

/// One container that moves from host1 to host2, driven by FleetCore alone: what is on record, what really runs where, and where
/// its clients are led.
struct MovePlay {
    /// A moment of the move.
    struct Point: Sendable, CustomStringConvertible {
        /// The last step on record.
        var step: StepKind
        /// Whether its answer is there, too.
        var isAnswered: Bool

        var description: String { "\(step) \(isAnswered ? "answered" : "sent")" }
    }

    /// The steps of a move that goes well. `arm` goes out with `prepare`.
    static let course: [StepKind] = [
        .prepare, .hush, .settle, .steer, .checkpoint, .restore, .release, .announce, .seal, .retire,
    ]
    static let points = course.flatMap { step in [false, true].map { Point(step: step, isAnswered: $0) } }

    enum Copy: Equatable { case running, held, dumped }

    var fleet: SmallFleet
    let name: ContainerName
    let id: RelocationID
    /// What the machines have of the container.
    var copies: [HostName: Copy]
    /// Whether the dump is in the shared storage.
    var isDumped = false
    /// The machines whose agents are away.
    var away: Set<HostName> = []
    /// Where the container's clients are led.
    var led: HostName
    /// The kinds of all steps that were sent.
    var sent: [StepKind] = []
    /// How often the container was reached on two machines.
    var harm = 0
    private var isBehind = false
    private var known: [Step] = []

    init() throws {
        fleet = try SmallFleet()
        name = try fleet.add("shop") { container in
            container.virtualAddress = IPv4Address(number: 0xCB00_7101)
            container.retainedAddresses = [IPv4Address(number: 0x0A58_0006)]
        }
        id = try fleet.open(name)
        copies = [fleet.hosts[1]: .running]
        led = fleet.hosts[1]
    }

    /// A move that has come to a point.
    init(at point: Point) throws {
        try self.init()
        while true {
            let steps = try decide()
            guard !steps.isEmpty else { return }
            let isLast = steps.contains { $0.kind == point.step }
            if isLast, !point.isAnswered { return }
            try answer(steps)
            if isLast { return }
        }
    }

    var source: HostName { fleet.hosts[1] }
    var destination: HostName { fleet.hosts[2] }
    var gateway: HostName { fleet.hosts[0] }
    var relocation: Relocation? { fleet.state.relocations[id] }
    var container: Container { get throws { try fleet.container(name) } }

    /// The machines that run it.
    var runs: [HostName] { copies.filter { $0.value == .running }.keys.sorted() }

    /// How the move has ended.
    private(set) var ended: RelocationState?

    /// Goes on until the move has ended, or 40 turns have brought it no further.
    /// - Returns: how it has ended; `nil` when it is open still.
    mutating func goOn() throws -> RelocationState? {
        for _ in 0..<40 where ended == nil {
            let waiting = known.filter { $0.state == .sent }
            try answer(waiting.isEmpty ? try decide() : waiting)
        }
        return ended
    }

    // MARK: What happens meanwhile

    /// The agent of a machine goes away. What is held ends with it.
    mutating func silence(_ host: HostName) throws {
        away.insert(host)
        if copies[host] == .held { copies[host] = nil }
        var record = try fleet.state.host(host)
        guard record.state.isHeard else { return }
        record.stateWhenReachable = record.state
        record.state = .unreachable
        fleet.change { $0.record(.host(record)) }
    }

    /// A machine is declared off for good, and the gateway has cut it off.
    mutating func lose(_ host: HostName, isBurnt: Bool) throws {
        try silence(host)
        if isBurnt { copies[host] = nil }
        try fleet.change { draft in _ = try draft.declareLost(host, reason: "it burnt down", by: "ann") }
        let fence = fleet.state.fencedAddresses
        try fleet.change { draft in _ = try draft.fenceStands(around: host, fence) }
    }

    /// The agent of a machine is back and says what it has.
    /// - Returns: what it is told to end.
    @discardableResult
    mutating func comeBack(_ host: HostName) throws -> [ContainerName] {
        away.remove(host)
        let record = try fleet.state.host(host)
        let there = copies[host] == nil ? [] : [name]
        let foreign = try fleet.change { draft in
            try draft.enrol(
                Enrolment(
                    host: host, role: record.role, address: record.address, facts: record.facts,
                    capacity: record.capacity, containers: there))
            return draft.state.foreign(among: there, on: host)
        }
        if !foreign.isEmpty { copies[host] = nil }
        return foreign
    }

    /// The control plane is ended; the next one knows what is on record.
    mutating func restart() {
        known = relocation?.steps ?? []
        isBehind = RelocationCourse.mayBeBehind(known)
    }

    // MARK: One turn

    /// What is to be sent now, put on record.
    private mutating func decide() throws -> [Step] {
        guard var move = relocation else { return [] }
        if case .send(let intents) = next(move, RelocationCourse.Losses()), RelocationCourse.needsAll(intents),
            !isBehind,
            let absent = [source, destination, gateway].first(where: away.contains)
        {
            move.giveUp(fleet.state.failure(without: absent))
        }
        switch next(move, fleet.state.losses(of: move)) {
        case .wait(let steps): return steps
        case .end(let state, let failure):
            try fleet.change { draft in
                move.end(state, failure: failure, at: draft.now)
                draft.record(.relocation(move))
                try draft.settle(move)
            }
            ended = state
            return []
        case .send(let intents):
            let orders = try RelocationOrders(move, in: fleet.state, leaseSeconds: 30)
            let steps = intents.map { orders.step($0, at: fleet.now) }
            sent += steps.map(\.kind)
            known += steps
            fleet.change { draft in
                move.begin(steps, at: draft.now)
                draft.record(.relocation(move))
                if let attempt = intents.map(\.attempt).max() {
                    draft.noticeRepetition(of: move, attempt: attempt)
                }
            }
            return steps
        }
    }

    private func next(_ move: Relocation, _ losses: RelocationCourse.Losses) -> RelocationCourse.Move {
        RelocationCourse.next(
            after: known, cancelled: move.cancelledBy != nil, parting: false, givenUp: move.failure, losses: losses,
            isBehind: isBehind)
    }

    private mutating func answer(_ steps: [Step]) throws {
        for var step in steps {
            if away.contains(step.host) {
                let isGone = fleet.state.hosts[step.host]?.state == .lost
                if isBehind, step.kind.rule.isAskedUntilAnswered, !isGone { continue }
                step.state = .lost
            } else if carryOut(step.kind, on: step.host) {
                step.state = .succeeded
            } else {
                step.state = .failed
                step.failure = StepFailure(code: .interrupted, message: "nothing of it is here")
            }
            known.take(step)
            try fleet.change { [id, step] draft in
                guard var move = draft.state.relocations[id] else { return }
                move.take(step, report: nil, pauseMilliseconds: nil, at: draft.now)
                draft.record(.relocation(move))
                if step.kind == .release, step.state == .succeeded { try draft.arrive(move) }
            }
            look()
        }
    }

    /// What an agent makes of a step.
    private mutating func carryOut(_ kind: StepKind, on host: HostName) -> Bool {
        switch kind {
        case .checkpoint:
            guard copies[host] == .running else { return isDumped }
            copies[host] = .dumped
            isDumped = true
        case .restore:
            guard isDumped else { return false }
            copies[host] = .held
        case .release:
            guard copies[host] != nil else { return false }
            copies[host] = .running
        case .revive:
            guard isDumped || copies[host] == .running else { return false }
            copies[host] = .running
        case .abandon: copies[host] = nil
        case .retire:
            copies[host] = host == source ? nil : copies[host]
            isDumped = false
        case .disarm: isDumped = false
        case .steer, .announce: led = destination
        case .steerBack: led = source
        case .prepare, .arm, .hush, .settle, .part, .seal: break
        }
        return true
    }

    /// Whoever runs it and is not cut off may be reached.
    private mutating func look() {
        let reached = runs.filter { fleet.state.hosts[$0]?.state != .lost }
        if reached.count > 1 { harm += 1 }
    }
}
