import FleetModel
import MovingTarget
import RelocateTesting

/// A fleet whose moves take as long as is said when they are asked for, on a clock of its own.
struct QueuePlay {
    struct Move {
        var waiting: StartQueue.Waiting
        var seconds: Double
        var askedAt: Double
        var startedAt: Double?
    }

    var queue = StartQueue()
    var now = 0.0
    var limits: RelocationLimits
    /// Whether tenants have others beside them everywhere.
    var isShared = true
    private(set) var moves: [RelocationID: Move] = [:]
    /// Those that are under way.
    private(set) var running: [RelocationID: HostName] = [:]
    /// For how long each tenant's moves have held slots in all.
    private(set) var held: [String: Double] = [:]
    private var lastID: Int64 = 0

    init(_ limits: RelocationLimits) { self.limits = limits }

    private var time: Timestamp { epoch.advanced(bySeconds: now) }

    /// Asks for a move that will take so long.
    @discardableResult
    mutating func ask(
        _ tenant: String, from source: String, to destination: String? = nil, taking seconds: Double,
        by deadline: Double? = nil, _ trigger: Trigger = .clock
    ) throws -> RelocationID {
        lastID += 1
        let waiting = try Some.waiting(
            lastID, trigger, tenant: tenant, source: source, destination: destination,
            deadline: deadline.map { epoch.advanced(bySeconds: $0) })
        moves[waiting.id] = Move(waiting: waiting, seconds: seconds, askedAt: now)
        queue.add(waiting, at: time)
        return waiting.id
    }

    /// Starts what may start; each goes to a host of its own unless it has to go to a certain one.
    /// - Returns: what has started, in order.
    @discardableResult
    mutating func start(refusing isRefused: (StartQueue.Waiting) -> Bool = { _ in false }) throws -> [RelocationID] {
        var started: [RelocationID] = []
        let isShared = isShared
        while true {
            let action = try next(isShared, isRefused)
            guard case .start(let waiting, let destination) = action else { return started }
            moves[waiting.id]?.startedAt = now
            running[waiting.id] = destination
            started.append(waiting.id)
        }
    }

    private mutating func next(
        _ isShared: Bool, _ isRefused: (StartQueue.Waiting) -> Bool
    ) throws -> StartQueue.Action {
        let elsewhere = try HostName("elsewhere-\(lastID)-\(running.count)-\(Int(now * 1000))")
        return queue.next(
            at: time, limits: StartLimits(fleet: limits), sharing: { _, _ in isShared },
            choose: { waiting, busy in
                if isRefused(waiting) { return .later }
                guard let destination = waiting.destination else { return .host(elsewhere) }
                return busy.contains(destination) ? .later : .host(destination)
            })
    }

    /// Goes on to when the first of those that are under way ends.
    /// - Returns: which one; `nil` when none is.
    @discardableResult
    mutating func endNext() -> RelocationID? {
        let ends = running.keys.compactMap { id in end(of: id).map { (id, $0) } }
        guard let (id, end) = ends.min(by: { ($0.1, $0.0) < ($1.1, $1.0) }) else { return nil }
        now = max(now, end)
        running[id] = nil
        queue.end(id, at: time)
        if let move = moves[id] { held[move.waiting.tenant.text, default: 0] += move.seconds }
        return id
    }

    private func end(of id: RelocationID) -> Double? {
        moves[id].flatMap { move in move.startedAt.map { $0 + move.seconds } }
    }

    /// For how long a move waited; `nil` when it has not started yet.
    func wait(of id: RelocationID) -> Double? {
        moves[id].flatMap { move in move.startedAt.map { $0 - move.askedAt } }
    }

    func tenant(of id: RelocationID) -> String { moves[id]?.waiting.tenant.text ?? "" }
}
