import FleetModel
import Glibc
import Testing

@testable import AttackSimulation

/// Closed forms 2, 3, 5 and 6 of section 2.3 of the model: many stays among attackers who sit.
///
/// The printed formulas let the container draw the host that it is on; production never does. So each formula is checked
/// twice: that the chain of `TwoKinds` with one share c is the printed formula, and that the simulator agrees with the chain
/// with the shares that there are.
@Suite("Many stays")
struct RenewalTests {
    @Test("strict, exponential stays: E[τ] = (e^(λA)/c − 1)/λ", arguments: [(3, 1.0), (3, 2.0), (10, 2.0), (30, 2.0)])
    func strictExponential(attackers: Int, attack: Double) throws {
        let success = exp(-attack)
        let chain = { (kinds: TwoKinds) in kinds.meanTime(attacked: 1 - success, success: success, safe: 1) }
        let share = Double(attackers) / 30
        #expect(abs(chain(TwoKinds(share: share)) - (exp(attack) / share - 1)) < 1e-9)
        let outcome = try Some.scenario(
            Some.exponential(mean: 100), attackers: attackers, attack: .fixed(seconds: 100 * attack),
            horizon: .seconds(200_000)
        ).outcome(runs: 800)
        let expected = 100 * chain(TwoKinds(attackers: attackers, hosts: 30))
        #expect(abs(try #require(outcome.secondsToSuccess).z(against: expected)) < 4)
    }

    @Test("strict, any stays: E[τ] = (μ − c·E[D; D ≥ A])/(c·P(D ≥ A)) + A")
    func strictUniform() throws {
        // Even from 15 to 150.
        let (from, to, attack) = (15.0, 150.0, 100.0)
        let success = (to - attack) / (to - from)
        let mean = (from + to) / 2
        let beyond = (to * to - attack * attack) / 2 / (to - from)
        let attacked = mean - beyond + attack * success
        let printed = { (share: Double) in (mean - share * beyond) / (share * success) + attack }
        let chain = { (kinds: TwoKinds) in kinds.meanTime(attacked: attacked, success: success, safe: mean) }
        #expect(abs(chain(TwoKinds(share: 0.3)) - printed(0.3)) < 1e-9)
        let outcome = try Some.scenario(
            Some.policy(.periodic(seconds: to, jitter: 0.9)), attackers: 9, attack: .fixed(seconds: attack),
            horizon: .seconds(100_000)
        ).outcome(runs: 1500)
        #expect(
            abs(try #require(outcome.secondsToSuccess).z(against: chain(TwoKinds(attackers: 9, hosts: 30)))) < 4)
    }

    @Test("strict, exponential stays: survival follows the renewal equation")
    func strictSurvival() throws {
        // In means of a stay, as in the model: A = 2, H = 20, c = 1/3.
        let printed = Renewal(TwoKinds(share: 1.0 / 3), attack: 2, horizon: 20)
        let root = 1.0 / 3 * 2 * exp(-2)
        let theta = -Self.lambert(-root) / 2
        let asymptotic = (1 - theta) / (1 - 2 * theta) * exp(-20 * theta)
        #expect(abs(asymptotic - 0.3895) < 0.0005)
        // The model prints 0.391 as the solution of the equation; with ever smaller steps it comes to 0.3895.
        #expect(abs(printed.survival(20) - asymptotic) < 0.0005)

        let exact = Renewal(TwoKinds(attackers: 10, hosts: 30), attack: 2, horizon: 20)
        let outcome = try Some.scenario(
            Some.exponential(mean: 100), attackers: 10, attack: .fixed(seconds: 200), horizon: .seconds(2000)
        ).outcome(runs: 6000)
        #expect(outcome.survivalCurve.count == 20)
        for point in outcome.survivalCurve {
            let expected = exact.survival(point.seconds / 100)
            #expect(abs(point.survival.z(against: expected)) < 4 || abs(point.survival.value - expected) < 0.002)
        }
        #expect(outcome.survivalCurve.last?.survival == outcome.survival)
    }

    /// The principal branch of Lambert's W, for arguments near 0.
    private static func lambert(_ argument: Double) -> Double {
        (0..<100).reduce(0.0) { root, _ in root - (root * exp(root) - argument) / (exp(root) * (root + 1)) }
    }

    @Test("collusive, exponential stays: a row of hosts with attackers lasts Exp(λ(1 − c′))", arguments: [3, 10, 20])
    func collusiveExponential(attackers: Int) throws {
        func meanTime(_ kinds: TwoKinds, attack: Double) -> Double {
            let (ends, begins) = (1 - kinds.afterAttacked, kinds.afterSafe)
            let success = exp(-ends * attack)
            let row =
                (success * attack + (1 / ends - success * (attack + 1 / ends)) + (1 - success) / begins) / success
            return kinds.share * row + (1 - kinds.share) * (1 / begins + row)
        }
        let printed = [3: 65.1, 10: 14.57, 20: 4.76]
        #expect(abs(meanTime(TwoKinds(share: Double(attackers) / 30), attack: 2) - (printed[attackers] ?? 0)) < 0.05)
        let outcome = try Some.scenario(
            Some.exponential(mean: 100), attackers: attackers, attack: .fixed(seconds: 200), horizon: .seconds(200_000)
        ) { $0.memory = .collusive }.outcome(runs: 800)
        let expected = 100 * meanTime(TwoKinds(attackers: attackers, hosts: 30), attack: 2)
        #expect(abs(try #require(outcome.secondsToSuccess).z(against: expected)) < 4)
    }

    @Test("collusive, fixed stays: success with c′^(⌈A/d⌉ − 1)", arguments: [(150.0, 2), (250.0, 3), (300.0, 3)])
    func collusiveFixed(attack: Double, stays: Int) throws {
        let outcome = try Some.scenario(
            Some.fixed(100), attackers: 15, attack: .fixed(seconds: attack), horizon: .stays(stays)
        ) {
            $0.memory = .collusive
            $0.attackers.start = .beside
        }.outcome(runs: 3000)
        #expect(abs(outcome.survival.z(against: 1 - pow(14 / 29.0, Double(stays - 1)))) < 4)
    }

    @Test("gamma attacks succeed at the rates of the model's table", arguments: [4, 8])
    func gammaRates(shape: Int) throws {
        let printed: [Int: [(stay: Double, exponential: Double, fixed: Double)]] = [
            8: [(2, 0.31, 0.495), (1, 0.39, 0.547), (0.5, 0.34, 0.102), (0.25, 0.16, 0.004)],
            4: [(2, 0.31, 0.479), (1, 0.41, 0.567), (0.5, 0.40, 0.286), (0.25, 0.25, 0.076)],
        ]
        let rate = Double(shape)
        for (stay, exponential, fixed) in printed[shape] ?? [] {
            let formula = pow(rate / (rate + 1 / stay), rate) / stay
            #expect(abs(formula - exponential) < 0.006)
            let finished = Self.gammaDistribution(shape: shape, rate * stay) / stay
            #expect(abs(finished - fixed) < 0.0006)
            for (policy, expected) in [
                (Some.exponential(mean: 100 * stay), formula), (Some.fixed(100 * stay), finished),
            ] {
                let outcome = try Some.scenario(
                    policy, attackers: 30, attack: .gamma(shape: rate, mean: 100), horizon: .seconds(50_000)
                ) { $0.continuesAfterSuccess = true }.outcome(runs: 20)
                #expect(abs(try #require(outcome.successesPerHour).z(against: expected * 36)) < 4)
            }
        }
    }

    /// P(gamma ≤ x) for a whole shape and rate 1.
    private static func gammaDistribution(shape: Int, _ x: Double) -> Double {
        var (term, sum) = (exp(-x), 0.0)
        for number in 0..<shape {
            sum += term
            term *= x / Double(number + 1)
        }
        return 1 - sum
    }

    @Test("the share of time beside attackers is c however often the container moves, and its variance is as derived")
    func accumulating() throws {
        for stay in [50.0, 400] {
            let scenario = Some.scenario(
                Some.exponential(mean: stay), attackers: 6, attack: .never, horizon: .seconds(2000))
            let shares = scenario.records(1500).map { $0.besideSeconds / $0.seconds }
            let (mean, error) = moments(shares)
            #expect(abs(mean - 0.2) < 4 * error)
            // Two stays in a row have the correlation −1/(n − 1), since none is where the last one was: as if the container
            // moved n/(n − 1) times as often and drew all hosts.
            let moves = 2000 / stay * 30 / 29
            let expected = 2 * 0.2 * 0.8 / moves * (1 - (1 - exp(-moves)) / moves)
            let variance = error * error * 1500
            // The standard error of a variance is at most about twice the normal one, √(2/n).
            #expect(abs(variance / expected - 1) < 4 * (2 / 1500.0).squareRoot() * 1.5)
        }
    }

    @Test("visits never come back to a host in v visits with Π(1 − i/(n − 1)), and cover all in (n − 1)·H(n − 1) moves")
    func coupons() throws {
        let scenario = Some.scenario(Some.fixed(100), attackers: 0, attack: .never, horizon: .stays(7))
        let fresh = scenario.records(3000).map { $0.distinctHosts == 7 ? 1.0 : 0 }
        let expected = (1..<7).reduce(1.0) { $0 * (30 - Double($1)) / 29 }
        let (mean, error) = moments(fresh)
        #expect(abs(mean - expected) < 4 * error)

        let harmonic = (1...29).reduce(0.0) { $0 + 1 / Double($1) }
        #expect(abs(29 * harmonic - 114.9) < 0.05)
        let hosts = World.alikeHosts(30)
        let covers = try (0..<200).map { number in
            let walk = try Walk(
                policy: Some.fixed(1), hosts: hosts, from: hosts[0].name, clock: Xoshiro256(seed: 1),
                placement: Xoshiro256(seed: UInt64(number)))
            var seen: Set<HostName> = []
            var stays = 0.0
            for stay in walk {
                seen.insert(stay.host)
                if seen.count == 30 { break }
                stays += 1
            }
            return stays
        }
        let cover = moments(covers)
        #expect(abs(cover.mean - 29 * harmonic) < 4 * cover.error)
    }
}

extension Scenario {
    /// What happened in each of so many runs in one world.
    func records(_ runs: Int, seed: UInt64 = 1) -> [RunRecord] {
        guard case .synthetic(let fleet) = fleet else { return [] }
        var generator = Xoshiro256(seed: seed)
        let world = World(fleet.draw(using: &generator), weights: policy.weights)
        var runner = BlockRunner(self, in: world, observerSeed: generator.next())
        return (0..<runs).compactMap { _ in runner.run(seed: generator.next(), isCancelled: { false }) }
    }
}

/// The exact survival among attackers who sit, for exponential stays with mean 1 and strict attacks: the renewal equation of
/// section 2.3, solved for both kinds of stays by the rule of trapezoids.
struct Renewal {
    private let step: Double
    private let attacked: [Double]
    private let safe: [Double]
    private let share: Double

    init(_ kinds: TwoKinds, attack: Double, horizon: Double, step: Double = 0.02) {
        self.step = step
        share = kinds.share
        let (points, length) = (Int((horizon / step).rounded()), Int((attack / step).rounded()))
        var (attacked, safe): ([Double], [Double]) = ([], [])
        let density = (0...points).map { exp(-Double($0) * step) }
        for point in 0...points {
            guard point >= length else {
                attacked.append(1)
                safe.append(1)
                continue
            }
            // What follows a move after i steps, from an attacked and from a safe host.
            func later(_ end: Int, _ chance: Double) -> Double {
                var sum = 0.0
                for i in 1..<end {
                    sum += density[i] * (chance * attacked[point - i] + (1 - chance) * safe[point - i])
                }
                let last = point - end
                return step * (sum + density[end] / 2 * (chance * attacked[last] + (1 - chance) * safe[last]))
            }
            // At i = 0 the present values stand on both sides.
            let (a, b, half) = (kinds.afterAttacked, kinds.afterSafe, step / 2)
            let fromAttacked = later(length, a)
            let fromSafe = density[point] + later(point, b)
            // u = fromAttacked + half·(a·u + (1 − a)·v), v = fromSafe + half·(b·u + (1 − b)·v).
            let determinant = (1 - half * a) * (1 - half * (1 - b)) - half * (1 - a) * half * b
            attacked.append((fromAttacked * (1 - half * (1 - b)) + half * (1 - a) * fromSafe) / determinant)
            safe.append(((1 - half * a) * fromSafe + half * b * fromAttacked) / determinant)
        }
        self.attacked = attacked
        self.safe = safe
    }

    /// P(τ > t).
    func survival(_ time: Double) -> Double {
        let point = min(Int((time / step).rounded()), safe.count - 1)
        return share * attacked[point] + (1 - share) * safe[point]
    }
}
