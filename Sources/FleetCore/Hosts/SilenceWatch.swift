import FleetModel

/// Who has not been heard for too long.
///
/// A sign of life costs the same however many hosts there are. Each host is looked at about once in a span of silence, when
/// that would be over had it not been heard meanwhile.
package struct SilenceWatch: Sendable {
    private struct Look: Sendable, Comparable {
        var at: Timestamp
        var host: HostName

        static func < (left: Self, right: Self) -> Bool { (left.at, left.host) < (right.at, right.host) }
    }

    private struct Hearing: Sendable {
        var last: Timestamp
        /// Until when it may be silent.
        var limit: Timestamp
        /// When it is looked at: not after the limit.
        var lookAt: Timestamp
    }

    /// Those that have yet to be heard for the first time since a start.
    private struct Awaited: Sendable {
        var hosts: Set<HostName>
        var since: Timestamp
        /// When it is too long for all of them, unless one comes before.
        var limit: Timestamp
        /// When it is too long whoever comes.
        var lastLimit: Timestamp
    }

    /// How many spans of silence hosts are awaited at most, however many others come one after the other.
    private static let mostSpans = 10.0

    private var awaited: Awaited?
    private var hearings: [HostName: Hearing] = [:]
    /// One for each host that is listened to.
    private var looks: SortedSet<Look> = []

    /// Nobody was heard yet.
    package init() {}

    /// Waits for hosts that were not heard since a start.
    /// - Parameters:
    ///   - now: from when on they could be heard.
    ///   - seconds: how long that may take from then on, and from when another of them was heard.
    package mutating func wait(for hosts: Set<HostName>, since now: Timestamp, silentAfter seconds: Double) {
        awaited = Awaited(
            hosts: hosts, since: now, limit: now.advanced(bySeconds: seconds),
            lastLimit: now.advanced(bySeconds: seconds * Self.mostSpans))
    }

    /// Whether a host has yet to be heard for the first time since a start, and may take longer for it.
    package func isAwaited(_ host: HostName) -> Bool { awaited?.hosts.contains(host) ?? false }

    /// A host is heard, or expected to be heard from then on.
    /// - Parameter seconds: for how long it may be silent from then on.
    package mutating func hear(_ host: HostName, at now: Timestamp, silentAfter seconds: Double) {
        let limit = now.advanced(bySeconds: seconds)
        if awaited?.hosts.remove(host) != nil, let last = awaited?.lastLimit { awaited?.limit = min(limit, last) }
        let known = hearings[host]
        if let known, known.lookAt <= limit {
            hearings[host] = Hearing(last: now, limit: limit, lookAt: known.lookAt)
        } else {
            if let known { looks.remove(Look(at: known.lookAt, host: host)) }
            listen(to: host, heardAt: now, until: limit)
        }
    }

    /// The hosts that have been silent for too long, and since when. Each is named once, until it is heard again.
    package mutating func silent(at now: Timestamp) -> [(host: HostName, since: Timestamp)] {
        var silent: [(host: HostName, since: Timestamp)] = []
        if let awaited, awaited.limit < now {
            silent = awaited.hosts.sorted().map { ($0, awaited.since) }
            self.awaited = nil
        }
        while let due = looks.first, due.at < now {
            looks.remove(due)
            guard let hearing = hearings.removeValue(forKey: due.host) else { continue }
            if hearing.limit < now {
                silent.append((due.host, hearing.last))
            } else {
                listen(to: due.host, heardAt: hearing.last, until: hearing.limit)
            }
        }
        return silent
    }

    private mutating func listen(to host: HostName, heardAt last: Timestamp, until limit: Timestamp) {
        looks.insert(Look(at: limit, host: host))
        hearings[host] = Hearing(last: last, limit: limit, lookAt: limit)
    }
}
