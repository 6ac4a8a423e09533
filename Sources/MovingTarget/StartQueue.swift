import FleetModel

/// The relocations that wait for their turn, and the room that the limits leave.
///
/// One-offs and moves that an operator asked for go first, then alerts, drains and the clock; among equals, first come,
/// first served. A relocation that a limit holds back is passed over, so that a busy host does not keep others waiting,
/// but it keeps its place. It might still wait for ever if others took the room as soon as it came free, hence
/// a relocation that was passed over `patience` times has the room it needs reserved.
///
/// Two limits concern time. So many relocations may start in a minute: all of them count, and the clock's and drains wait.
/// And a tenant's containers may stand still for so long in an hour: all pauses count, and the clock's relocations wait.
public struct StartQueue: Sendable {
    /// A relocation that waits.
    public struct Waiting: Sendable, Hashable {
        /// The relocation.
        public var id: RelocationID
        /// Why it was asked for; decides its rank.
        public var trigger: Trigger
        /// Whose container it moves.
        public var tenant: TenantName
        /// The host it leaves.
        public var source: HostName
        /// The host it must go to; `nil` when one is yet to be drawn.
        public var destination: HostName?

        /// A relocation that waits.
        public init(
            id: RelocationID, trigger: Trigger, tenant: TenantName, source: HostName, destination: HostName? = nil
        ) {
            self.id = id
            self.trigger = trigger
            self.tenant = tenant
            self.source = source
            self.destination = destination
        }
    }

    /// Where a relocation whose turn has come is to go.
    public enum Choice: Sendable, Hashable {
        /// To this host.
        case host(HostName)
        /// Every host that could take the container is busy: try again later.
        case later
        /// One of its hosts is not heard: it keeps its place, and no room is kept for it meanwhile.
        case silent
        /// No host can take the container.
        case nowhere
    }

    /// What is to be done next.
    public enum Action: Sendable, Hashable {
        /// Start it; it counts as running until `end` is called.
        case start(Waiting, destination: HostName)
        /// Give it up: no host can take the container. It has left the queue.
        case giveUp(Waiting)
        /// Nothing can start before something ends, the limits or hosts change, or, if it is given, this time has come.
        case wait(until: Timestamp?)
    }

    /// How often a relocation may be passed over before room is reserved for it.
    public static let patience = 16

    private var lanes: [Trigger: Lane] = [:]
    private var running: [RelocationID: Usage] = [:]
    private var used = Room()
    private var starts = RecentSums<Int>(seconds: 60)
    private var pauses: [TenantName: RecentSums<Double>] = [:]

    /// A queue in which nothing waits.
    public init() {}

    /// How many relocations wait.
    public var waitingCount: Int { lanes.values.reduce(0) { $0 + $1.count } }

    /// How many relocations run.
    public var runningCount: Int { running.count }

    /// The relocations that wait, in the order in which they would start without limits.
    public var waiting: [Waiting] { Self.ranks.flatMap { (lanes[$0] ?? Lane()).entries.map(\.waiting) } }

    /// A relocation was asked for.
    public mutating func add(_ waiting: Waiting) { lanes[waiting.trigger, default: Lane()].append(waiting) }

    /// A relocation that waits was cancelled.
    /// - Returns: Whether it was waiting.
    @discardableResult
    public mutating func cancel(_ id: RelocationID) -> Bool {
        Self.ranks.contains { lanes[$0]?.remove(id) != nil }
    }

    /// A relocation was found running after a restart.
    public mutating func resume(_ id: RelocationID, tenant: TenantName, source: HostName, destination: HostName?) {
        occupy(id, Usage(tenant: tenant, source: source, destination: destination))
    }

    /// A relocation that ran has ended.
    public mutating func end(_ id: RelocationID) {
        guard let usage = running.removeValue(forKey: id) else { return }
        used.add(usage, -1)
    }

    /// A tenant's container stood still for a while.
    public mutating func notePause(seconds: Double, of tenant: TenantName, at time: Timestamp) {
        pauses[tenant, default: RecentSums(seconds: 3600)].add(seconds, at: time)
    }

    /// Finds the next relocation that may start.
    /// - Parameters:
    ///   - now: The present.
    ///   - limits: How many may run at once, and in what time.
    ///   - choose: Draws a destination, which must not be one of the busy hosts it is given. It is asked only for
    ///     a relocation whose source and tenant have room; its answer `.host` means that the relocation starts
    ///     (a busy host counts as `.later`).
    public mutating func next(
        at now: Timestamp, limits: StartLimits, choose: (_ waiting: Waiting, _ busy: Set<HostName>) -> Choice
    ) -> Action {
        guard running.count < limits.fleet.concurrentInFleet else { return .wait(until: nil) }
        let (action, passedOver) = find(at: now, limits, choose)
        switch action {
        case .start(let waiting, let destination):
            for waiting in passedOver { lanes[waiting.trigger]?.pass(waiting.id) }
            lanes[waiting.trigger]?.remove(waiting.id)
            starts.add(1, at: now)
            occupy(waiting.id, Usage(tenant: waiting.tenant, source: waiting.source, destination: destination))
        case .giveUp(let waiting): lanes[waiting.trigger]?.remove(waiting.id)
        case .wait: break
        }
        return action
    }

    /// The triggers in the order in which they are served.
    public static let ranks: [Trigger] = [.operator_, .alert, .drain, .clock]

    /// The first relocation with which something can be done, and those before it.
    private mutating func find(
        at now: Timestamp, _ limits: StartLimits, _ choose: (Waiting, Set<HostName>) -> Choice
    ) -> (Action, passedOver: [Waiting]) {
        let full = used.fullHosts(limits.fleet)
        var room = used
        var busy = full
        var passedOver: [Waiting] = []
        var times = TimeLimits(now: now)
        for trigger in Self.ranks {
            guard let lane = lanes[trigger], lane.count > 0, !startsMustWait(trigger, &times, limits) else { continue }
            for entry in lane.entries {
                let waiting = entry.waiting
                if trigger == .clock, pausesMustWait(waiting.tenant, &times, limits) { continue }
                let usage = Usage(of: waiting)
                switch room.has(usage, limits) ? choose(waiting, busy) : .later {
                case .host(let destination) where !busy.contains(destination):
                    return (.start(waiting, destination: destination), passedOver)
                case .nowhere: return (.giveUp(waiting), [])
                case .silent: continue
                case .host, .later:
                    passedOver.append(waiting)
                    guard entry.passedOver >= Self.patience else { continue }
                    room.add(usage, 1)
                    busy.formUnion(usage.hosts.filter { room.isFull($0, limits.fleet) })
                }
            }
        }
        return (.wait(until: times.until), [])
    }

    /// What the limits that concern time say at one instant. Each is worked out once in a look at the queue.
    private struct TimeLimits {
        let now: Timestamp
        /// The first time at which one of those that were asked lets something start.
        var until: Timestamp?
        var starts: Timestamp??
        var pauses: [TenantName: Timestamp?] = [:]
    }

    /// Whether so many have started in the last minute that those of a rank have to wait.
    private mutating func startsMustWait(
        _ trigger: Trigger, _ times: inout TimeLimits, _ limits: StartLimits
    ) -> Bool {
        guard trigger == .clock || trigger == .drain, let most = limits.fleet.startsPerMinute else { return false }
        let end = times.starts ?? starts.fallsBelow(most, after: times.now)
        times.starts = .some(end)
        guard let end else { return false }
        times.until = min(times.until ?? end, end)
        return true
    }

    /// Whether a tenant's containers have stood still for so long in the last hour that the clock's moves of them have to wait.
    private mutating func pausesMustWait(
        _ tenant: TenantName, _ times: inout TimeLimits, _ limits: StartLimits
    ) -> Bool {
        guard let budget = limits[tenant].downtimeSecondsPerHour else { return false }
        let end = times.pauses[tenant] ?? pauses[tenant]?.fallsBelow(budget, after: times.now)
        times.pauses[tenant] = .some(end)
        guard let end else { return false }
        times.until = min(times.until ?? end, end)
        return true
    }

    private mutating func occupy(_ id: RelocationID, _ usage: Usage) {
        guard running.updateValue(usage, forKey: id) == nil else { return }
        used.add(usage, 1)
    }
}

/// The limits of the fleet, its hosts and its tenants.
public struct StartLimits: Sendable, Hashable {
    /// Those of the fleet and of hosts, and of the tenants that have none of their own.
    public var fleet: RelocationLimits
    /// Those of the tenants that have limits of their own.
    public var tenants: [TenantName: RelocationLimits]

    /// Limits.
    public init(fleet: RelocationLimits, tenants: [TenantName: RelocationLimits] = [:]) {
        self.fleet = fleet
        self.tenants = tenants
    }

    /// The limits of a tenant.
    public subscript(tenant: TenantName) -> RelocationLimits { tenants[tenant] ?? fleet }
}

/// What was added up in the last so many seconds.
private struct RecentSums<Amount: Numeric & Comparable & Sendable>: Sendable {
    private let seconds: Double
    private var entries: [(at: Timestamp, amount: Amount)] = []
    /// Those before are over.
    private var first = 0
    private var sum = Amount.zero

    init(seconds: Double) { self.seconds = seconds }

    mutating func add(_ amount: Amount, at time: Timestamp) {
        forget(before: time)
        entries.append((time, amount))
        sum += amount
    }

    /// When the sum is below the limit if nothing is added; `nil` when it is now. It looks at no more than has to be over then.
    mutating func fallsBelow(_ limit: Amount, after now: Timestamp) -> Timestamp? {
        forget(before: now)
        guard sum >= limit else { return nil }
        var left = sum
        for entry in entries[first...] {
            left -= entry.amount
            if left < limit { return end(of: entry) }
        }
        return entries.last.map { end(of: $0) }
    }

    private func end(of entry: (at: Timestamp, amount: Amount)) -> Timestamp { entry.at.advanced(bySeconds: seconds) }

    private mutating func forget(before now: Timestamp) {
        while first < entries.count, end(of: entries[first]) <= now {
            sum -= entries[first].amount
            first += 1
        }
        // Nothing is left of rounding. What is over is cleared out when it is the greater part.
        if first == entries.count { sum = .zero }
        guard first > entries.count / 2 else { return }
        entries.removeFirst(first)
        first = 0
    }
}

/// What a relocation takes of the limits.
private struct Usage: Sendable {
    let tenant: TenantName
    /// One or two, each once.
    let hosts: [HostName]

    init(tenant: TenantName, source: HostName, destination: HostName?) {
        self.tenant = tenant
        hosts = destination.map { $0 == source ? [source] : [source, $0] } ?? [source]
    }

    init(of waiting: StartQueue.Waiting) {
        self.init(tenant: waiting.tenant, source: waiting.source, destination: waiting.destination)
    }
}

/// How much of the limits is taken.
private struct Room: Sendable {
    private var hosts: [HostName: Int] = [:]
    private var tenants: [TenantName: Int] = [:]
    /// The hosts that are full by the limit that was last asked for, so that no start counts all hosts anew.
    private var full: Set<HostName> = []
    private var fullFrom: Int?

    mutating func add(_ usage: Usage, _ amount: Int) {
        for host in usage.hosts {
            let count = Self.add(amount, to: host, in: &hosts)
            guard let fullFrom else { continue }
            if count >= fullFrom { full.insert(host) } else { full.remove(host) }
        }
        Self.add(amount, to: usage.tenant, in: &tenants)
    }

    func has(_ usage: Usage, _ limits: StartLimits) -> Bool {
        tenants[usage.tenant, default: 0] < limits[usage.tenant].concurrentPerTenant
            && !usage.hosts.contains { isFull($0, limits.fleet) }
    }

    func isFull(_ host: HostName, _ limits: RelocationLimits) -> Bool {
        hosts[host, default: 0] >= limits.concurrentPerHost
    }

    mutating func fullHosts(_ limits: RelocationLimits) -> Set<HostName> {
        if fullFrom != limits.concurrentPerHost {
            fullFrom = limits.concurrentPerHost
            full = Set(hosts.filter { $0.value >= limits.concurrentPerHost }.keys)
        }
        return full
    }

    @discardableResult
    private static func add<Key: Hashable>(_ amount: Int, to key: Key, in counts: inout [Key: Int]) -> Int {
        let count = counts[key, default: 0] + amount
        counts[key] = count == 0 ? nil : count
        return count
    }
}

/// The relocations of one rank in the order in which they came.
private struct Lane: Sendable {
    struct Entry: Sendable {
        let waiting: StartQueue.Waiting
        var passedOver = 0
    }

    private var slots: [Entry?] = []
    private var places: [RelocationID: Int] = [:]
    /// The slots before are empty: what starts is mostly the first, and the next look must not pass by all that were.
    private var first = 0

    var count: Int { places.count }

    var entries: some Sequence<Entry> { slots[first...].lazy.compactMap { $0 } }

    mutating func append(_ waiting: StartQueue.Waiting) {
        guard places.updateValue(slots.count, forKey: waiting.id) == nil else {
            preconditionFailure("relocation \(waiting.id) waits already")
        }
        slots.append(Entry(waiting: waiting))
    }

    mutating func pass(_ id: RelocationID) {
        guard let place = places[id] else { return }
        slots[place]?.passedOver += 1
    }

    @discardableResult
    mutating func remove(_ id: RelocationID) -> StartQueue.Waiting? {
        guard let place = places.removeValue(forKey: id) else { return nil }
        let waiting = slots[place]?.waiting
        slots[place] = nil
        while first < slots.count, slots[first] == nil { first += 1 }
        // Empty slots are cleared out when they are the majority, which costs each removal a constant on average.
        if slots.count > 2 * places.count + 16 {
            slots = slots.filter { $0 != nil }
            first = 0
            places = Dictionary(uniqueKeysWithValues: entries.enumerated().map { ($1.waiting.id, $0) })
        }
        return waiting
    }
}
