import FleetModel

/// What a decision names of the hosts.
extension Search {
    /// The candidates, and how all of them are spread where some are left out of the record.
    func named(
        _ chosen: (name: HostName, group: Int)?, _ listing: CandidateListing
    ) -> (candidates: [PlacementCandidate], spread: CandidateSpread?) {
        let (best, worst) = (CandidateListing.bestCount, CandidateListing.worstCount)
        switch listing {
        // One more than both ends is the chosen one, if it lies between them.
        case .ends where count > best + worst + 1:
            let order = groups.indices.sorted { (law.probabilities[$1], $0) < (law.probabilities[$0], $1) }
            return (ends(chosen, of: order, best: best, worst: worst), spread(of: order))
        case .likeliest where !isInFull: return (list(chosen, atMost: CandidateListing.likeliestCount), nil)
        case .likeliest, .ends, .all: return (chances.candidates, nil)
        }
    }

    /// How many hosts that cannot take the container are named.
    func exclusionLimit(_ listing: CandidateListing) -> Int {
        isInFull && listing != .ends ? .max : CandidateListing.exclusionCount
    }

    /// The likeliest candidates, the least likely ones and the chosen one, in the order of the draw. There must be more of them
    /// than that.
    /// - Parameter order: the groups, the likeliest first.
    private func ends(
        _ chosen: (name: HostName, group: Int)?, of order: [Int], best: Int, worst: Int
    ) -> [PlacementCandidate] {
        let heads = shares(of: best, in: order)
        let tails = shares(of: worst, in: order.reversed())
        let named = Set(heads.keys).union(tails.keys).union(chosen.map { [$0.group] } ?? [])
        return named.sorted().flatMap { number in
            let group = groups[number]
            let (head, tail) = (heads[number] ?? 0, tails[number] ?? 0)
            var names = (Array(0..<head) + Array(Int(group.count) - tail..<Int(group.count))).compactMap {
                name(of: $0, in: group)
            }
            if let chosen, chosen.group == number, !names.contains(chosen.name) {
                names.insert(chosen.name, at: min(head, names.count))
            }
            return names.map { candidate($0, of: number) }
        }
    }

    /// How many hosts each of the first groups gives until there are so many.
    private func shares(of count: Int, in order: some Sequence<Int>) -> [Int: Int] {
        var shares: [Int: Int] = [:]
        var left = count
        for number in order where left > 0 {
            let hosts = Int(groups[number].count)
            shares[number] = min(left, hosts)
            left -= hosts
        }
        return shares
    }

    /// How the chances and the scores of all candidates are spread.
    /// - Parameter order: the groups, the likeliest first.
    private func spread(of order: [Int]) -> CandidateSpread {
        // The likelier a host, the higher its score, by most rules.
        let isByScore = zip(order, order.dropFirst()).allSatisfy { groups[$0].score >= groups[$1].score }
        let byScore = isByScore ? order : order.sorted { groups[$0].score > groups[$1].score }
        return CandidateSpread(
            probability: quantiles(order) { law.probabilities[$0] }, score: quantiles(byScore) { groups[$0].score })
    }

    /// - Parameters:
    ///   - order: the groups, those with the greatest values first.
    ///   - value: one of each group, which counts as often as the group has hosts.
    private func quantiles(_ order: [Int], _ value: (Int) -> Double) -> Quantiles {
        func figure(after share: Double) -> Double {
            var left = Int(share * Double(count - 1))
            for group in order.reversed() {
                if left < groups[group].count { return value(group) }
                left -= Int(groups[group].count)
            }
            return 0
        }
        return Quantiles(
            least: figure(after: 0), lowerQuarter: figure(after: 0.25), median: figure(after: 0.5),
            upperQuarter: figure(after: 0.75), greatest: figure(after: 1))
    }
}
