import FleetModel

/// For how long strangers were beside a container, as far as it is over, each second weighted with e^(−age/m).
///
/// No sum beside a party is above the one beside strangers, nor is that one above m.
struct StrangerSums: Sendable {
    /// Beside each party. Of very many those are forgotten that are smallest.
    private(set) var parties: [Party: FadingSum] = [:]
    /// Beside anybody: seconds in which there were several count once.
    private(set) var anybody = FadingSum()
    /// No sum beside a party is greater.
    private(set) var largest = FadingSum()

    /// A time beside a party is over.
    mutating func add(_ party: Party, milliseconds: Int64, endingAt time: Timestamp, window: Double) {
        var sum = parties[party] ?? FadingSum()
        sum.add(milliseconds: milliseconds, endingAt: time, memory: window)
        parties[party] = sum
        raise(to: sum, at: time, window: window)
    }

    /// A time beside anybody is over.
    mutating func add(milliseconds: Int64, endingAt time: Timestamp, window: Double) {
        anybody.add(milliseconds: milliseconds, endingAt: time, memory: window)
    }

    /// Keeps no more than so many parties, once there are a quarter more.
    mutating func keep(atMost limit: Int, at time: Timestamp, window: Double) {
        guard parties.count > limit + limit / 4 else { return }
        let kept = parties.map { (party: $0, sum: $1, seconds: $1.value(at: time, memory: window)) }
            .sorted { ($1.seconds, $0.party) < ($0.seconds, $1.party) }.prefix(limit)
        parties = Dictionary(uniqueKeysWithValues: kept.map { ($0.party, $0.sum) })
    }

    /// Somebody who counted as one party counts as another one, too: that has now what both had, and no more than there was
    /// beside anybody. Where it is not known whose a time was it counts for each.
    /// - Parameters:
    ///   - isGone: whether nobody counts as the old one any more.
    ///   - isFriend: whether the new one is the container's own.
    mutating func merge(
        _ old: Party, into new: Party, isGone: Bool, isFriend: Bool, at time: Timestamp, window: Double
    ) {
        let former = parties[old]
        if isGone { parties[old] = nil }
        guard !isFriend else {
            parties[new] = nil
            return
        }
        guard let former else { return }
        var sum = parties[new] ?? FadingSum()
        sum.add(former, at: time, memory: window, atMost: anybody)
        parties[new] = sum
        raise(to: sum, at: time, window: window)
    }

    private mutating func raise(to sum: FadingSum, at time: Timestamp, window: Double) {
        if sum.value(at: time, memory: window) >= largest.value(at: time, memory: window) { largest = sum }
    }
}
