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

    private var hearings: [HostName: Hearing] = [:]
    /// One for each host that is listened to.
    private var looks: SortedSet<Look> = []

    /// Nobody was heard yet.
    package init() {}

    /// A host is heard, or expected to be heard from then on.
    /// - Parameter seconds: for how long it may be silent from then on.
    package mutating func hear(_ host: HostName, at now: Timestamp, silentAfter seconds: Double) {
        let limit = now.advanced(bySeconds: seconds)
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
