import FleetModel

/// Whose turn it is.
extension StartQueue {
    /// The first relocation with which something can be done, and those before it.
    mutating func find(
        at now: Timestamp, _ limits: StartLimits, _ sharing: @escaping Sharing,
        _ choose: (Waiting, Set<HostName>) -> Choice
    ) -> (Action, passedOver: [Waiting]) {
        var search = Search(
            now: now, limits: limits, sharing: sharing, room: used, busy: used.fullHosts(limits.fleet))
        var times = TimeLimits(now: now)
        for trigger in Self.ranks {
            guard let lane = lanes[trigger], lane.count > 0, !startsMustWait(trigger, &times, limits) else { continue }
            search.beginLane()
            for tenant in order(of: lane, at: now) {
                if trigger == .clock, pausesMustWait(tenant, &times, limits) { continue }
                for entry in lane.line(of: tenant) {
                    // Its own limit keeps back all of its others as well, and nobody else.
                    if search.room.obstacle(to: tenant, limits, sharing) != nil { break }
                    if isAnothersTurn(entry.waiting, in: lane, &search) {
                        search.postponed.append(entry)
                    } else if let action = search.attempt(entry, choose) {
                        return (action, search.passedOver)
                    }
                }
            }
            // Those whose turn it was cannot start, and no slot stays empty for that.
            for entry in search.postponed {
                guard search.room.obstacle(to: entry.waiting.tenant, limits, sharing) == nil else { continue }
                if let action = search.attempt(entry, choose) { return (action, search.passedOver) }
            }
        }
        return (.wait(until: times.until), [])
    }

    /// The tenants of a lane: first who will have held slots of the fleet for the shortest time.
    private func order(of lane: WaitingLane, at now: Timestamp) -> [TenantName] {
        lane.heads.map {
            (
                tenant: $0.tenant, end: slotTime.used(by: $0.tenant, at: now) + expectedSeconds(of: $0.tenant),
                first: $0.first
            )
        }
        .sorted { ($0.end, $0.first) < ($1.end, $1.first) }.map(\.tenant)
    }

    /// Whether another tenant that could start something at a host will have held slots there for a shorter time.
    private func isAnothersTurn(_ waiting: Waiting, in lane: WaitingLane, _ search: inout Search) -> Bool {
        let (host, now) = (waiting.source, search.now)
        guard let book = hostTimes[host] else { return false }
        if search.least[host] == nil {
            let (limits, sharing, room) = (search.limits, search.sharing, search.room)
            let able = lane.tenants(at: host).filter { room.obstacle(to: $0, limits, sharing) == nil }
            search.least[host] = able.map { book.used(by: $0, at: now) + expectedSeconds(of: $0) }.min()
        }
        guard let least = search.least[host] else { return false }
        return book.used(by: waiting.tenant, at: now) + expectedSeconds(of: waiting.tenant) > least
    }

    /// One search for what can be started.
    struct Search {
        let now: Timestamp
        let limits: StartLimits
        let sharing: Sharing
        /// What is left, without what is kept for those that were passed over too often.
        var room: Room
        /// The hosts that nobody can go to.
        var busy: Set<HostName>
        /// For how long those will have held slots of a host whose turn it is.
        var least: [HostName: Double] = [:]
        /// Those that come when no others can.
        var postponed: [WaitingLane.Entry] = []
        var passedOver: [Waiting] = []

        mutating func beginLane() { (least, postponed) = ([:], []) }

        /// Tries to start one.
        /// - Returns: what is to be done with it; `nil` when it waits on.
        mutating func attempt(
            _ entry: WaitingLane.Entry, _ choose: (Waiting, Set<HostName>) -> Choice
        ) -> Action? {
            let (waiting, usage) = (entry.waiting, Usage(of: entry.waiting))
            let busy = busy.union(room.hostsTaken(by: waiting.tenant, limits.fleet, sharing))
            switch room.obstacle(to: usage, limits, sharing) == nil ? choose(waiting, busy) : .later {
            case .host(let destination) where !busy.contains(destination):
                return .start(waiting, destination: destination)
            case .nowhere:
                passedOver = []
                return .giveUp(waiting)
            case .silent: return nil
            case .host, .later:
                passedOver.append(waiting)
                guard entry.passedOver >= StartQueue.patience else { return nil }
                room.add(usage, 1)
                self.busy.formUnion(usage.hosts.filter { room.isFull($0, limits.fleet) })
                return nil
            }
        }
    }
}

// MARK: The limits that concern time

extension StartQueue {
    /// What the limits that concern time say at one instant. Each is worked out once in a look at the queue.
    struct TimeLimits {
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
}
