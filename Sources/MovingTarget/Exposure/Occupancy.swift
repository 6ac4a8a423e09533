import FleetModel

/// Who is on a host.
struct Occupancy: Sendable {
    /// Since when a party is present: from the arrival of its first container until the last one leaves. Apart from the
    /// containers, which are all over the memory: of many parties nothing else is looked at.
    private(set) var presentSince: [Party: Timestamp] = [:]
    /// The containers of the parties that are present.
    private(set) var containers: [Party: Set<ContainerName>] = [:]
    /// For how long there were two parties or more, up to the last time it changed.
    private var sharedMilliseconds: Int64 = 0
    /// Since when there are two parties or more.
    private(set) var sharedSince: Timestamp?
    /// When the container came that has been here for the longest time.
    var oldestArrival = Timestamp(milliseconds: .max)

    /// At most the shortest assumed attack time of the containers here, in milliseconds.
    var shortestAttack: Int64 = .max
    /// Whether the instant that is noted for the host is when the next co-residence becomes overdue, and not only no
    /// later than that.
    var isDueExact = false

    /// Whether there are two parties or more, which makes each a stranger to another.
    var isShared: Bool { presentSince.count > 1 }

    /// A clock that runs while the host is shared: what it advances in a container's stay is how long the container was
    /// beside a stranger.
    func sharedMilliseconds(at now: Timestamp) -> Int64 {
        sharedMilliseconds + (sharedSince.map { $0.milliseconds(to: now) } ?? 0)
    }

    /// No co-residence that goes on here began earlier; `nil` when none goes on.
    var oldestStart: Timestamp? { sharedSince.map { max($0, oldestArrival) } }

    /// How far that clock has advanced since it showed `reading`.
    func sharedMilliseconds(since reading: Int64, at now: Timestamp) -> Int64 {
        max(0, sharedMilliseconds(at: now) - reading)
    }

    /// Whether the host has not been shared for any time since its clock showed this.
    func wasNeverShared(since reading: Int64) -> Bool { !isShared && sharedMilliseconds == reading }

    /// A container arrives.
    /// - Returns: Whether it is the first of its party.
    mutating func add(_ container: ContainerName, of party: Party, at time: Timestamp) -> Bool {
        oldestArrival = min(oldestArrival, time)
        guard containers[party]?.insert(container) == nil else { return false }
        containers[party] = [container]
        presentSince[party] = time
        if isShared, sharedSince == nil { sharedSince = time }
        return true
    }

    /// A container leaves.
    /// - Returns: Since when its party was present, when it was the last one.
    mutating func remove(_ container: ContainerName, of party: Party, at time: Timestamp) -> Timestamp? {
        containers[party]?.remove(container)
        guard containers[party]?.isEmpty == true else { return nil }
        containers[party] = nil
        let wasPresentSince = presentSince.removeValue(forKey: party)
        if !isShared, let since = sharedSince {
            sharedMilliseconds += since.milliseconds(to: time)
            sharedSince = nil
        }
        return wasPresentSince
    }
}
