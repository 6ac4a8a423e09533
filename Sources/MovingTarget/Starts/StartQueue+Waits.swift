import FleetModel

/// Those that wait for too long, and what they wait for.
extension StartQueue {
    /// What keeps a relocation from starting.
    public enum Obstacle: Sendable, Hashable {
        /// As many move as may at once.
        case fleet
        /// As many of its tenant's move as may at once.
        case tenant
        /// All slots of a host are held.
        case host(HostName)
        /// Its tenant holds all the slots of a host that it may, since others have containers there.
        case share(HostName)
    }

    /// For how many seconds beyond its deadline a container's relocation may wait before that is worth a word: many clocks
    /// ask at the deadline itself.
    static let graceSeconds = 2.0
    /// After how many seconds what keeps it is looked up anew. Where very many wait, that must not be most of what is written.
    static let secondsToNextNotice = 120.0

    /// When a relocation has waited for too long, or has to be looked at anew; `nil` when none has a deadline.
    public var nextNotice: Timestamp? { notices.first?.priority }

    /// The relocations whose containers' deadlines have passed while they wait. Each is named again after a while.
    /// - Parameter most: how many to name.
    public mutating func overdue(at now: Timestamp, most: Int) -> [Waiting] {
        var overdue: [Waiting] = []
        while overdue.count < most, let (id, due) = notices.first, due <= now {
            notices.set(id, to: now.advanced(bySeconds: Self.secondsToNextNotice))
            for trigger in Self.ranks { if let waiting = lanes[trigger]?[id] { overdue.append(waiting) } }
        }
        return overdue
    }

    /// What keeps a relocation that waits from starting, and the relocations that hold what it waits for, oldest first; `nil` when
    /// it is not the limits on how many move at once.
    public func obstacle(
        to waiting: Waiting, limits: StartLimits, sharing: Sharing
    ) -> (Obstacle, holders: [RelocationID])? {
        if running.count >= limits.fleet.concurrentInFleet { return (.fleet, holders { _ in true }) }
        let (tenant, usage) = (waiting.tenant, Usage(of: waiting))
        let own = used.obstacle(to: tenant, limits, sharing)
        guard let obstacle = own ?? used.obstacle(to: usage, limits, sharing) else { return nil }
        return switch obstacle {
        case .fleet: (obstacle, holders { _ in true })
        case .tenant: (obstacle, holders { $0.tenant == tenant })
        case .host(let host): (obstacle, holders { $0.hosts.contains(host) })
        case .share(let host): (obstacle, holders { $0.tenant == tenant && $0.hosts.contains(host) })
        }
    }

    private func holders(_ isOne: (Usage) -> Bool) -> [RelocationID] {
        running.filter { isOne($0.value) }.keys.sorted()
    }
}
