import FleetModel
import Glibc
import MovingTarget

/// Where a container goes next, and what is to be said of that.
struct Move {
    /// The number of the host.
    let host: Int
    /// Δ to the host that it leaves; not a number when too little is known.
    let difference: Double
    /// The entropy of the draw as a share of that of an even one; not a number when there was but one host to draw.
    let entropyShare: Double
}

/// The law of the next host for each host that is left, where it does not depend on anything else. Placement is asked once
/// for each host, the first time that it is left.
///
/// A host is found by inverting the summed-up probabilities, with a table that says where to begin (Chen and Asau, "On
/// Generating Random Variates from an Empirical Distribution", AIIE Transactions 6(2), 1974).
struct Transitions {
    private let count: Int
    /// A power of two, so that a draw times it is exact.
    private let steps: Int
    private var isKnown: [Bool] = []
    private var candidates: [Int32] = []
    /// The summed-up probabilities of each host's candidates, in the order of the draw.
    private var cumulated: [Double] = []
    /// For each step of the draw the place of the first candidate that may be meant.
    private var guide: [Int32] = []
    private var differences: [Double] = []
    private var entropyShares: [Double] = []

    init(hosts count: Int) {
        self.count = count
        var steps = 1
        while steps < count { steps *= 2 }
        self.steps = steps
    }

    /// Whether the law of leaving a host is known already.
    func knows(_ source: Int) -> Bool { !isKnown.isEmpty && isKnown[source] }

    /// The host that a drawn number means.
    @inline(__always)
    func move(from source: Int, draw: Double) -> Move {
        let start = source * count
        var place = start + Int(guide[source * steps + Int(draw * Double(steps))])
        while draw >= cumulated[place] { place += 1 }
        let host = Int(candidates[place])
        return Move(host: host, difference: differences[start + host], entropyShare: entropyShares[source])
    }

    /// Δ of two hosts, the first of which is known.
    func difference(from source: Int, to host: Int) -> Double { differences[source * count + host] }

    /// Takes note of the law of leaving a host.
    mutating func learn(_ law: PlacementLaw, from source: Int, numbers: [HostName: Int32]) {
        if isKnown.isEmpty { allocate() }
        isKnown[source] = true
        let start = source * count
        var (sum, last, place) = (0.0, start, start)
        for candidate in law.candidates {
            guard let host = numbers[candidate.host] else { continue }
            sum += candidate.probability
            if candidate.probability > 0 { last = place }
            candidates[place] = host
            cumulated[place] = sum
            differences[start + Int(host)] = candidate.terms.heterogeneity ?? .nan
            place += 1
        }
        // Where rounding leaves nothing of the sum, the last one is meant.
        cumulated[last] = .infinity
        entropyShares[source] = Self.share(law.entropy, of: law.candidates.count)
        var first = start
        for step in 0..<steps {
            while cumulated[first] <= Double(step) / Double(steps) { first += 1 }
            guide[source * steps + step] = Int32(first - start)
        }
    }

    /// An entropy as a share of that of an even draw.
    static func share(_ entropy: Double, of candidates: Int) -> Double {
        candidates > 1 ? entropy / log(Double(candidates)) : .nan
    }

    private mutating func allocate() {
        isKnown = Array(repeating: false, count: count)
        candidates = Array(repeating: 0, count: count * count)
        cumulated = Array(repeating: 0, count: count * count)
        differences = Array(repeating: .nan, count: count * count)
        guide = Array(repeating: 0, count: count * steps)
        entropyShares = Array(repeating: .nan, count: count)
    }
}
