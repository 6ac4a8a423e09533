import FleetModel
import Glibc

@testable import AttackSimulation

/// Scenarios with only what a test cares about: hosts that are all alike, an even draw, and no shortest stay.
enum Some {
    /// Hosts that are all alike.
    static func alike(_ hosts: Int = 30) -> SimulatedFleet { .synthetic(SyntheticFleet(hosts: hosts, values: 1)) }

    /// A policy that draws evenly.
    static func policy(_ clock: ClockModel, attack: Double = 100, rule: DrawRule = .uniform) -> Policy {
        Policy(
            assumedAttackSeconds: attack, clock: clock, dwell: DwellBounds(minSeconds: 0),
            placement: PlacementRules(rule: rule))
    }

    /// Stays that always last so long.
    static func fixed(_ seconds: Double) -> Policy { policy(.periodic(seconds: seconds, jitter: 0)) }

    /// Stays that are exponential.
    static func exponential(mean: Double) -> Policy { policy(.exponential, attack: mean) }

    static func scenario(
        _ policy: Policy, attackers: Int = 3, attack: AttackDuration = .fixed(seconds: 100), horizon: Horizon,
        fleet: SimulatedFleet = alike(), _ change: (inout Scenario) -> Void = { _ in }
    ) -> Scenario {
        var scenario = Scenario(
            fleet: fleet, policy: policy, attackers: Attackers(count: attackers), attack: attack, horizon: horizon)
        change(&scenario)
        return scenario
    }
}

extension Scenario {
    /// What comes of it.
    func outcome(runs: Int, seed: UInt64 = 1) throws -> Outcome {
        try SimulationBatch([.init(scenario: self, runs: runs, seed: seed)]).run()[0]
    }
}

extension Estimate {
    /// How many standard errors the estimate is from a value, by the width of its interval.
    func z(against expected: Double) -> Double {
        let error = (high - low) / 2 / Estimation.quantile
        // Figures that are the same in every run have no error but rounding.
        guard error > 1e-9 * max(1, abs(expected)) else {
            return abs(value - expected) < 1e-6 * max(1, abs(expected)) ? 0 : .infinity
        }
        return (value - expected) / error
    }
}

/// The stays of a container among hosts that it draws evenly and never stays on, some of which have an attacker: a chain
/// of two kinds of stays. With c′ = (m − 1)/(n − 1) after a host with an attacker, and m/(n − 1) after one without.
struct TwoKinds {
    let share: Double
    let afterAttacked: Double
    let afterSafe: Double

    init(attackers: Int, hosts: Int) {
        share = Double(attackers) / Double(hosts)
        afterAttacked = Double(attackers - 1) / Double(hosts - 1)
        afterSafe = Double(attackers) / Double(hosts - 1)
    }

    /// With hosts drawn again and again without regard to where the container is, as the closed forms have it.
    init(share: Double) { (self.share, afterAttacked, afterSafe) = (share, share, share) }

    /// The mean time until a success when a stay with an attacker takes `attacked` seconds on average, at its end or at the
    /// success, and succeeds with a probability, and one without takes `safe` seconds:
    /// u = attacked + (1 − p)·(a·u + (1 − a)·v), v = safe + b·u + (1 − b)·v.
    func meanTime(attacked: Double, success: Double, safe: Double) -> Double {
        let lead = safe / afterSafe
        // v = lead + u.
        let u = (attacked + (1 - success) * (1 - afterAttacked) * lead) / success
        return share * u + (1 - share) * (lead + u)
    }

    /// The probability that so many stays pass without a success, if stays with an attacker have one with a probability and
    /// the first stay with another one.
    func survival(stays: Int, success: Double, first: Double) -> Double {
        var (attacked, safe) = (1.0, 1.0)
        for stay in (0..<stays).reversed() {
            let success = stay == 0 ? first : success
            let next = (
                (1 - success) * (afterAttacked * attacked + (1 - afterAttacked) * safe),
                afterSafe * attacked + (1 - afterSafe) * safe
            )
            (attacked, safe) = next
        }
        return share * attacked + (1 - share) * safe
    }
}

/// The mean and the variance of numbers.
func moments(_ numbers: [Double]) -> (mean: Double, error: Double) {
    let count = Double(numbers.count)
    let mean = numbers.reduce(0, +) / count
    let squares = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (mean, (squares / (count - 1) / count).squareRoot())
}
