import FleetModel

/// The relocations that wait for their turn, and the room that the limits leave.
///
/// One-offs and moves that an operator asked for go first, then alerts, drains and the clock. Within a rank tenants share the
/// slots (`SlotTime`): a slot of the fleet goes to the tenant that will have held any for the shortest time lately when it gives
/// it back, one of a host to the tenant of whom the same is true at that host. What a tenant is given goes to that of its
/// containers whose deadline comes first. And a tenant that has others beside it never holds all slots of a host, or of the
/// fleet (`Room`), so whoever comes need not wait for the end of another's moves. However many containers a tenant has, and
/// however slow they move, nobody who wants little waits longer for it than one move may take.
///
/// A relocation that a limit holds back is passed over, so that a busy host does not keep others waiting, but it keeps its
/// place. It might still wait for ever if others took the room as soon as it came free, hence a relocation that was passed over
/// `patience` times has the room it needs reserved.
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
        /// When the container should have left at the latest; `nil` when nothing says so.
        public var deadline: Timestamp?

        /// A relocation that waits.
        public init(
            id: RelocationID, trigger: Trigger, tenant: TenantName, source: HostName, destination: HostName? = nil,
            deadline: Timestamp? = nil
        ) {
            self.id = id
            self.trigger = trigger
            self.tenant = tenant
            self.source = source
            self.destination = destination
            self.deadline = deadline
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

    /// Whether anybody but a tenant has containers on a host, or in the fleet where no host is named.
    public typealias Sharing = (_ tenant: TenantName, _ host: HostName?) -> Bool

    /// How often a relocation may be passed over before room is reserved for it.
    public static let patience = 16
    /// What a tenant's move is expected to take before one has ended, in seconds.
    private static let firstExpectedSeconds = 1.0

    var lanes: [Trigger: WaitingLane] = [:]
    private(set) var running: [RelocationID: Usage] = [:]
    private var startTimes: [RelocationID: Timestamp] = [:]
    var used = Room()
    /// Of the fleet.
    private(set) var slotTime = SlotTime()
    /// Of the hosts at which anything waits or runs.
    private(set) var hostTimes: [HostName: SlotTime] = [:]
    /// For how long the longest of a tenant's moves held their slots lately, in seconds.
    private var longest: [TenantName: Double] = [:]
    var notices = IndexedHeap<RelocationID, Timestamp>()
    private var lastNumber: Int64 = 0
    var starts = RecentSums<Int>(seconds: 60)
    var pauses: [TenantName: RecentSums<Double>] = [:]

    /// A queue in which nothing waits.
    public init() {}

    /// How many relocations wait.
    public var waitingCount: Int { lanes.values.reduce(0) { $0 + $1.count } }

    /// How many relocations run.
    public var runningCount: Int { running.count }

    /// The relocations that wait, by rank, and within a rank in the order in which they came.
    public var waiting: [Waiting] { Self.ranks.flatMap { lanes[$0]?.inOrder ?? [] } }

    /// A relocation was asked for.
    public mutating func add(_ waiting: Waiting, at now: Timestamp) {
        lastNumber += 1
        lanes[waiting.trigger, default: WaitingLane()].append(waiting, number: lastNumber)
        slotTime.arrive(waiting.tenant)
        hostTimes[waiting.source, default: SlotTime()].arrive(waiting.tenant)
        guard let deadline = waiting.deadline else { return }
        notices.set(waiting.id, to: max(deadline, now).advanced(bySeconds: Self.graceSeconds))
    }

    /// A relocation that waits was cancelled.
    /// - Returns: Whether it was waiting.
    @discardableResult
    public mutating func cancel(_ id: RelocationID) -> Bool {
        guard let waiting = remove(id) else { return false }
        forget(waiting)
        return true
    }

    /// A relocation was found running after a restart.
    public mutating func resume(
        _ id: RelocationID, tenant: TenantName, source: HostName, destination: HostName?, at now: Timestamp
    ) {
        occupy(id, Usage(tenant: tenant, source: source, destination: destination), at: now)
    }

    /// A relocation that ran has ended.
    public mutating func end(_ id: RelocationID, at now: Timestamp) {
        guard let usage = running.removeValue(forKey: id), let start = startTimes.removeValue(forKey: id) else {
            return
        }
        used.add(usage, -1)
        slotTime.end(id, of: usage.tenant, at: now)
        for host in usage.hosts { changeTime(of: host) { $0.end(id, of: usage.tenant, at: now) } }
        let seconds = max(0, now.seconds(since: start))
        let expected = expectedSeconds(of: usage.tenant)
        longest[usage.tenant] = max(seconds, expected + (seconds - expected) / 8)
    }

    /// For how long a move of a tenant is expected to hold its slots, in seconds.
    func expectedSeconds(of tenant: TenantName) -> Double { longest[tenant] ?? Self.firstExpectedSeconds }

    /// A tenant's container stood still for a while.
    public mutating func notePause(seconds: Double, of tenant: TenantName, at time: Timestamp) {
        pauses[tenant, default: RecentSums(seconds: 3600)].add(seconds, at: time)
    }

    /// Finds the next relocation that may start.
    /// - Parameters:
    ///   - now: The present.
    ///   - limits: How many may run at once, and in what time.
    ///   - sharing: Where tenants are beside others.
    ///   - choose: Draws a destination, which must not be one of the busy hosts it is given. It is asked only for
    ///     a relocation whose source and tenant have room; its answer `.host` means that the relocation starts
    ///     (a busy host counts as `.later`).
    public mutating func next(
        at now: Timestamp, limits: StartLimits, sharing: @escaping Sharing,
        choose: (_ waiting: Waiting, _ busy: Set<HostName>) -> Choice
    ) -> Action {
        guard running.count < limits.fleet.concurrentInFleet else { return .wait(until: nil) }
        let (action, passedOver) = find(at: now, limits, sharing, choose)
        switch action {
        case .start(let waiting, let destination):
            for waiting in passedOver { lanes[waiting.trigger]?.pass(waiting.id) }
            starts.add(1, at: now)
            occupy(
                waiting.id, Usage(tenant: waiting.tenant, source: waiting.source, destination: destination), at: now)
            cancel(waiting.id)
        case .giveUp(let waiting): cancel(waiting.id)
        case .wait: break
        }
        return action
    }

    /// The triggers in the order in which they are served.
    public static let ranks: [Trigger] = [.operator_, .alert, .drain, .clock]

    private mutating func occupy(_ id: RelocationID, _ usage: Usage, at now: Timestamp) {
        guard running.updateValue(usage, forKey: id) == nil else { return }
        startTimes[id] = now
        used.add(usage, 1)
        let expected = expectedSeconds(of: usage.tenant)
        slotTime.start(id, of: usage.tenant, at: now, expected: expected)
        for host in usage.hosts {
            hostTimes[host, default: SlotTime()].start(id, of: usage.tenant, at: now, expected: expected)
        }
    }

    private mutating func remove(_ id: RelocationID) -> Waiting? {
        for trigger in Self.ranks { if let waiting = lanes[trigger]?.remove(id) { return waiting } }
        return nil
    }

    /// It does not wait any more.
    private mutating func forget(_ waiting: Waiting) {
        notices.remove(waiting.id)
        slotTime.leave(waiting.tenant)
        changeTime(of: waiting.source) { $0.leave(waiting.tenant) }
    }

    private mutating func changeTime(of host: HostName, _ body: (inout SlotTime) -> Void) {
        guard var time = hostTimes.removeValue(forKey: host) else { return }
        body(&time)
        if !time.isIdle { hostTimes[host] = time }
    }
}
