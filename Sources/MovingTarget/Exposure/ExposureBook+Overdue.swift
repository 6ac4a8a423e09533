import FleetModel

// When co-residences become overdue
//
// What begins at t on a host becomes overdue at t + A. Noting this for each co-residence would make an arrival cost as
// much as the host is full. Instead each shared host has one instant in a heap that is no later than the first one:
// an arrival lowers it to t plus the shortest A there, and a departure leaves it. Only when a host is the first in the
// heap and somebody asks is its instant worked out, from the arrivals of its containers and tenants; it holds then
// until something on the host changes or time passes it.

extension ExposureBook {
    /// The co-residences that go on and have lasted A or longer, the oldest first.
    public func overdue(at now: Timestamp) -> [CoResidence] {
        overdue(at: now, atMost: .max).sorted {
            ($0.since, $0.container, $0.stranger) < ($1.since, $1.container, $1.stranger)
        }
    }

    /// Of each container that has been beside somebody for A or longer a co-residence that has gone on for the longest time.
    public func longestOverdue(at now: Timestamp) -> [CoResidence] { overdue(at: now, atMost: 1) }

    /// - Parameter count: how many there may be of one container. They are the oldest.
    private func overdue(at now: Timestamp, atMost count: Int) -> [CoResidence] {
        var found: [CoResidence] = []
        for (name, host) in hosts {
            guard let start = host.oldestStart, start.milliseconds(to: now) >= host.shortestAttack else { continue }
            let arrivals = host.arrivals
            for (container, exposed, stay) in residents(of: host) {
                let strangers = arrivals.lazy.filter { $0.tenant != exposed.party }.prefix(count)
                for (stranger, since) in strangers {
                    let co = CoResidence(
                        container: container, stranger: stranger, host: name, since: max(stay.arrivedAt, since))
                    guard co.milliseconds(at: now) >= exposed.attackMilliseconds else { break }
                    found.append(co)
                }
            }
        }
        return found
    }

    /// The next instant at which a co-residence becomes overdue if nothing changes; `nil` when none will.
    ///
    /// Cheap to ask after each change: it works out only the hosts that could be next, and remembers what it found.
    /// - Parameter now: The present: the instant is later. It must not go back from one call to the next.
    public mutating func nextOverdue(after now: Timestamp) -> Timestamp? {
        while let (name, due) = dues.first {
            guard let host = hosts[name], host.isShared else {
                dues.remove(name)
                continue
            }
            if host.isDueExact, due > now.milliseconds { return Timestamp(milliseconds: due) }
            let (next, shortestAttack) = nextDue(on: host, after: now)
            if let next { dues.set(name, to: next) } else { dues.remove(name) }
            hosts[name]?.isDueExact = true
            hosts[name]?.shortestAttack = shortestAttack
        }
        return nil
    }

    /// Something on a host has changed so that a container's A counts from an instant on, or, without one, from any.
    mutating func expect(_ attack: Int64, from time: Timestamp?, on name: HostName) {
        guard let host = hosts[name] else { return }
        let shortest = min(host.shortestAttack, attack)
        if shortest < host.shortestAttack { hosts[name]?.shortestAttack = shortest }
        guard host.isShared else { return }
        let due = time.map { $0.milliseconds + shortest } ?? .min
        if let noted = dues[name], noted <= due { return }
        hosts[name]?.isDueExact = false
        dues.set(name, to: due)
    }

    /// When the next co-residence on a host becomes overdue, and the shortest A of the containers there.
    private func nextDue(on host: Occupancy, after now: Timestamp) -> (Int64?, shortestAttack: Int64) {
        let arrivals = host.arrivals
        var next: Int64?
        var shortest = Int64.max
        for (_, exposed, stay) in residents(of: host) {
            let attack = exposed.attackMilliseconds
            shortest = min(shortest, attack)
            let start = Self.nextStart(
                stay, of: exposed.party, beside: arrivals, after: now.milliseconds - attack)
            if let due = start.map({ $0 + attack }), due < next ?? .max { next = due }
        }
        return (next, shortest)
    }

    /// When the first co-residence of a container began that began after an instant.
    private static func nextStart(
        _ stay: Exposed.Stay, of tenant: Party, beside arrivals: [(tenant: Party, since: Timestamp)],
        after instant: Int64
    ) -> Int64? {
        let arrival = stay.arrivedAt.milliseconds
        // All who were there before the container begin with its arrival; of the others the first late enough counts.
        let isMet = arrivals.first { $0.tenant != tenant }.map { $0.since.milliseconds <= arrival } ?? false
        if arrival > instant, isMet { return arrival }
        let threshold = max(arrival, instant)
        var (low, high) = (0, arrivals.count)
        while low < high {
            let middle = (low + high) / 2
            if arrivals[middle].since.milliseconds > threshold { high = middle } else { low = middle + 1 }
        }
        return arrivals[low...].first { $0.tenant != tenant }?.since.milliseconds
    }

    private func residents(
        of host: Occupancy
    ) -> some Sequence<(ContainerName, Exposed, Exposed.Stay)> {
        host.containers.values.joined().lazy.compactMap { name in
            containers[name].flatMap { exposed in exposed.stay.map { (name, exposed, $0) } }
        }
    }
}

extension Occupancy {
    /// The tenants and when they came, the first first.
    fileprivate var arrivals: [(tenant: Party, since: Timestamp)] {
        presentSince.map { (tenant: $0.key, since: $0.value) }.sorted { $0.since < $1.since }
    }
}
