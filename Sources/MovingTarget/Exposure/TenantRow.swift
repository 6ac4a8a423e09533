import FleetModel

/// What is known of one party's time beside others.
///
/// A party may meet very many. Then those are forgotten beside whom it was for the shortest time lately, and what goes on is
/// not added up as it comes: whoever asks looks at the hosts.
struct TenantRow: Sendable {
    /// What there is of each that it was beside.
    private(set) var pairs: [Party: PairFigures] = [:]
    /// Whether that tells what goes on.
    private(set) var isSummed = true
    /// No co-residence of its containers that has ended was longer, in milliseconds.
    private(set) var longestEnded: Int64 = 0
    /// The assumed attack times of its containers.
    var attacks = AttackTimes()

    /// Whether there is nothing to tell.
    var isEmpty: Bool { pairs.isEmpty && attacks.isEmpty }

    /// A container of it is beside a stranger.
    mutating func begin(beside stranger: Party, at start: Timestamp, memory: Double) {
        guard isSummed else { return }
        pairs[stranger, default: PairFigures()].ongoing.begin(at: start, memory: memory)
    }

    /// A container of it was beside a stranger.
    /// - Parameter length: for how many milliseconds; 0 does not count.
    mutating func end(
        _ ended: CoResidence, lasted length: Int64, attackMilliseconds: Int64, at time: Timestamp, memory: Double
    ) {
        let stranger = ended.stranger
        if isSummed { pairs[stranger]?.ongoing.end(begunAt: ended.since, memory: memory) }
        guard length > 0 else {
            if pairs[stranger]?.isEmpty == true { pairs[stranger] = nil }
            return
        }
        pairs[stranger, default: PairFigures()].add(
            ended, lasted: length, attackMilliseconds: attackMilliseconds, at: time, memory: memory)
        longestEnded = max(longestEnded, length)
    }

    /// Forgets what has ended; what goes on stays.
    mutating func forgetEnded() {
        pairs = pairs.compactMapValues(\.ongoingOnly)
        longestEnded = 0
    }

    /// Forgets what has ended beside one stranger.
    mutating func forgetEnded(beside stranger: Party) {
        guard let pair = pairs[stranger] else { return }
        pairs[stranger] = pair.ongoingOnly
    }

    /// Has the time beside one stranger count as time beside another one, too.
    /// - Parameters:
    ///   - isGone: whether nobody counts as the old one any more.
    ///   - isFriend: whether the new one is whose row this is.
    mutating func merge(
        _ old: Party, into new: Party, isGone: Bool, isFriend: Bool, at time: Timestamp, memory: Double
    ) {
        let former = isGone ? pairs.removeValue(forKey: old) : pairs[old]
        guard !isFriend else {
            pairs[new] = nil
            return
        }
        guard let former = former?.endedOnly else { return }
        pairs[new, default: PairFigures()].add(ended: former, at: time, memory: memory)
    }

    /// Takes what is over of another row.
    mutating func take(ended other: TenantRow, of own: Party, at time: Timestamp, memory: Double) {
        for (stranger, pair) in other.pairs where stranger != own {
            guard let ended = pair.endedOnly else { continue }
            pairs[stranger, default: PairFigures()].add(ended: ended, at: time, memory: memory)
        }
        longestEnded = max(longestEnded, other.longestEnded)
    }

    /// None of its containers is anywhere: what goes on is nothing, and known.
    mutating func isGone() { isSummed = true }

    /// Keeps no more than so many, once there are a quarter more.
    mutating func keep(atMost limit: Int, at now: Timestamp, memory: Double) {
        guard pairs.count > limit else { return }
        if isSummed {
            isSummed = false
            pairs = pairs.compactMapValues(\.endedOnly)
        }
        guard pairs.count > limit + limit / 4 else { return }
        let kept = pairs.map { (stranger: $0, seconds: $1.remembered.value(at: now, memory: memory)) }
            .sorted { ($1.seconds, $0.stranger) < ($0.seconds, $1.stranger) }.prefix(limit)
        pairs = Dictionary(
            uniqueKeysWithValues: kept.compactMap { kept in pairs[kept.stranger].map { (kept.stranger, $0) } })
    }
}

/// Assumed attack times, and how many containers have each.
struct AttackTimes: Sendable {
    /// Few policies make few times.
    private var counts: [(milliseconds: Int64, count: Int)] = []

    /// Whether there is none.
    var isEmpty: Bool { counts.isEmpty }

    /// The shortest; `nil` when there is none.
    var least: Int64? { counts.lazy.map(\.milliseconds).min() }

    mutating func add(_ milliseconds: Int64) {
        if let place = counts.firstIndex(where: { $0.milliseconds == milliseconds }) {
            counts[place].count += 1
        } else {
            counts.append((milliseconds, 1))
        }
    }

    /// Takes away one that was added.
    mutating func remove(_ milliseconds: Int64) {
        guard let place = counts.firstIndex(where: { $0.milliseconds == milliseconds }) else { return }
        counts[place].count -= 1
        if counts[place].count == 0 { counts.remove(at: place) }
    }
}
