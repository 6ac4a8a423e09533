import FleetModel

/// What was added up in the last so many seconds.
struct RecentSums<Amount: Numeric & Comparable & Sendable>: Sendable {
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
