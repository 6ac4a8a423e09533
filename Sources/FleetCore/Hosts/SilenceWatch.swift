import FleetModel

/// Who has not been heard for too long.
///
/// A sign of life costs the same however many hosts there are. Each host is looked at once in a span of silence, in the order
/// in which they were heard then.
package struct SilenceWatch: Sendable {
    private struct Look: Sendable, Comparable {
        var heardAt: Timestamp
        var host: HostName

        static func < (left: Self, right: Self) -> Bool {
            (left.heardAt, left.host) < (right.heardAt, right.host)
        }
    }

    private var lastHeard: [HostName: Timestamp] = [:]
    /// One for each host, with a sign of life that may not be the last one.
    private var looks: SortedSet<Look> = []

    /// Nobody was heard yet.
    package init() {}

    /// A host is heard, or expected to be heard from then on.
    package mutating func hear(_ host: HostName, at now: Timestamp) {
        guard lastHeard.updateValue(now, forKey: host) == nil else { return }
        looks.insert(Look(heardAt: now, host: host))
    }

    /// The hosts that have been silent for longer than so many seconds, and since when. Each is named once, until it is heard
    /// again.
    package mutating func silent(forSeconds seconds: Double, at now: Timestamp) -> [(host: HostName, since: Timestamp)]
    {
        var silent: [(host: HostName, since: Timestamp)] = []
        while let look = looks.first, now.seconds(since: look.heardAt) > seconds {
            looks.remove(look)
            guard let last = lastHeard[look.host] else { continue }
            if now.seconds(since: last) > seconds {
                lastHeard[look.host] = nil
                silent.append((look.host, last))
            } else {
                looks.insert(Look(heardAt: last, host: look.host))
            }
        }
        return silent
    }
}
