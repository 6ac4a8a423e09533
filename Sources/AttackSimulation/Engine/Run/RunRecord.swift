/// What happened in a run.
struct RunRecord {
    /// Whether it is over before it has begun.
    var hasEnded = false
    /// How long it was.
    var seconds = 0.0
    /// When an attack first succeeded.
    var firstSuccess: Double?
    var successes = 0
    /// How many times an attacker was beside the container until that ended, and how many of them were without success.
    var attempts = 0
    var resisted = 0
    /// For how long an attacker was beside the container.
    var besideSeconds = 0.0
    var moves = 0
    /// How many hosts it arrived at after moves, and how often at the one where that was most often.
    var arrivals = 0
    var favouriteArrivals = 0
    var distinctHosts = 0
    /// Sums of what is known of the moves, and of how many it is known.
    var difference = 0.0
    var differences = 0
    var entropyShare = 0.0
    var entropyShares = 0

    /// An attack has succeeded.
    mutating func succeed(at seconds: Double) {
        successes += 1
        if firstSuccess == nil { firstSuccess = seconds }
    }

    /// The container moves.
    @inline(__always)
    mutating func add(_ move: Move) {
        moves += 1
        if !move.difference.isNaN {
            difference += move.difference
            differences += 1
        }
        if !move.entropyShare.isNaN {
            entropyShare += move.entropyShare
            entropyShares += 1
        }
    }
}

/// How often a run's container came to each host.
struct Visits {
    private var run: UInt32 = 0
    /// For each host the last run in which the container was there, so that nothing needs to be cleared.
    private var lastRun: [UInt32]
    private var arrivals: [UInt32]

    init(hosts count: Int) {
        lastRun = Array(repeating: 0, count: count)
        arrivals = lastRun
    }

    mutating func begin() { run += 1 }

    /// The container is on a host.
    @inline(__always)
    mutating func add(_ host: Int, byMove: Bool, to record: inout RunRecord) {
        if lastRun[host] != run {
            lastRun[host] = run
            arrivals[host] = 0
            record.distinctHosts += 1
        }
        guard byMove else { return }
        arrivals[host] += 1
        record.arrivals += 1
        record.favouriteArrivals = max(record.favouriteArrivals, Int(arrivals[host]))
    }
}
