import FleetModel
import Glibc

/// A law of moving between hosts that prefers different ones and still visits all equally often in the long run.
///
/// The kernel K_ij = e^(Δ_ij/τ), K_ii = 0, is symmetric, so one vector r with r_i·Σ_j K_ij·r_j = 1 makes P_ij = r_i·K_ij·r_j
/// doubly stochastic (Sinkhorn): its stationary law is even, and an attacker gains nothing by waiting on popular hosts.
/// Hosts with equal profiles have equal r, so r is found for profiles with their numbers of hosts.
struct BalancedLaw {
    private static let iterations = 200
    private static let tolerance = 1e-6
    private var weights: [Int: Double] = [:]

    /// - Parameters:
    ///   - groups: where the container may go.
    ///   - source: the profile of the host it leaves; `nil` when it leaves none.
    /// - Returns: `nil` when no such law was found, as where one host is too many.
    init?(
        _ groups: [CandidateGroup], source: Int?, table: DistanceTable, weights: HeterogeneityWeights,
        temperature: Double
    ) {
        var sizes: [Int: Double] = [:]
        for group in groups { sizes[Int(group.profile), default: 0] += Double(group.count) }
        if let source { sizes[source, default: 0] += 1 }
        let profiles = sizes.keys.sorted()
        let counts = profiles.map { sizes[$0] ?? 0 }
        let greatest = 1 / temperature
        let kernel = profiles.map { left in
            profiles.map { right in exp((table[left, right].difference(weights) ?? 0) / temperature - greatest) }
        }
        var scale = Array(repeating: 1.0, count: profiles.count)
        for _ in 0..<Self.iterations {
            var worst = 0.0
            let sums = profiles.indices.map { row in
                profiles.indices.reduce(0.0) { sum, column in
                    sum + kernel[row][column] * scale[column] * (counts[column] - (row == column ? 1 : 0))
                }
            }
            for row in profiles.indices {
                guard sums[row] > 0 else { return nil }
                worst = max(worst, abs(scale[row] * sums[row] - 1))
                // The mean of the old and the new value in proportion: the new one alone would swing.
                scale[row] = (scale[row] / sums[row]).squareRoot()
            }
            guard worst < Self.tolerance else { continue }
            let origin = source.flatMap { profiles.firstIndex(of: $0) }
            for column in profiles.indices {
                self.weights[profiles[column]] = scale[column] * (origin.map { kernel[$0][column] } ?? 1)
            }
            return
        }
        return nil
    }

    /// What a host with a profile weighs in the draw.
    func weight(of profile: Int) -> Double { weights[profile] ?? 0 }
}
