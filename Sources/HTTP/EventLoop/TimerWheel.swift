/// Keeps many coarse timers cheaply: a ring of buckets, one per tick of about 17 ms.
///
/// Adding is O(1) and there is no removal. Connections keep their true deadline themselves, and when an entry fires too
/// early (the deadline moved on meanwhile, or lies beyond the ring's horizon) they simply enter the wheel again. So a
/// busy keep-alive connection touches the wheel a few times a minute instead of at every request.
struct TimerWheel<Entry: Sendable>: Sendable {
    private static var tickShift: UInt64 { 24 }
    private static var size: Int { 1024 }
    /// A bucket gives back more memory than for so many entries. Otherwise a crowd that came at once would, as it moves round
    /// the ring, leave the memory for all of it in every bucket.
    private static var keptPerBucket: Int { 64 }

    private var buckets: [[Entry]] = Array(repeating: [], count: Self.size)
    private var count = 0
    /// The first tick that has not been collected yet.
    private var current: UInt64
    /// No bucket before this tick holds an entry.
    private var earliest: UInt64 = .max

    init(now: MonotonicTime) {
        current = now.nanoseconds >> Self.tickShift
    }

    /// The time at which `expire` next has something to return.
    var next: MonotonicTime {
        earliest == .max ? .never : MonotonicTime(nanoseconds: (earliest + 1) << Self.tickShift)
    }

    /// Enters a timer. It fires at `deadline` or up to one tick later, or at the horizon if that comes first.
    mutating func add(_ entry: Entry, at deadline: MonotonicTime) {
        let wanted = max(deadline.nanoseconds >> Self.tickShift, current)
        let tick = min(wanted, current + UInt64(Self.size - 1))
        buckets[Int(tick % UInt64(Self.size))].append(entry)
        count += 1
        earliest = min(earliest, tick)
    }

    /// Removes and returns everything that is due.
    mutating func expire(now: MonotonicTime) -> [Entry] {
        let limit = now.nanoseconds >> Self.tickShift
        guard limit > current else { return [] }
        guard count > 0, earliest < limit else {
            current = limit
            return []
        }
        var due: [Entry] = []
        let end = min(limit, current + UInt64(Self.size))
        for tick in max(earliest, current)..<end {
            let index = Int(tick % UInt64(Self.size))
            due += buckets[index]
            count -= buckets[index].count
            buckets[index].removeAll(keepingCapacity: buckets[index].capacity <= Self.keptPerBucket)
        }
        current = limit
        findEarliest()
        return due
    }

    private mutating func findEarliest() {
        earliest = .max
        guard count > 0 else { return }
        for tick in current..<(current + UInt64(Self.size)) where !buckets[Int(tick % UInt64(Self.size))].isEmpty {
            earliest = tick
            return
        }
    }
}
