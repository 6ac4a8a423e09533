import FleetModel
import MovingTarget

/// A question about a fleet as it is: how its policy would stand against each kind of attacker.
public struct WhatIf: Sendable, Hashable {
    /// The mean time that an attack takes, in seconds; what the policy assumes if left out.
    public var attackSeconds: Double?
    /// How many containers attackers have.
    public var attackers: Int
    /// For how long the container is watched, in seconds; thirty attack times if left out.
    public var horizonSeconds: Double?

    /// A question; by default about three attackers.
    public init(attackSeconds: Double? = nil, attackers: Int = 3, horizonSeconds: Double? = nil) {
        self.attackSeconds = attackSeconds
        self.attackers = attackers
        self.horizonSeconds = horizonSeconds
    }

    /// The question as an experiment.
    /// - Parameters:
    ///   - hosts: The fleet's hosts that carry containers, with the tenants on them.
    ///   - policy: When containers move and where to.
    ///   - name: The policy's name.
    ///   - moves: How moves go.
    /// - Throws: `SimulationError.outOfRange` with the field of the question that is wrong.
    public func experiment(
        hosts: [SimulatedHost], policy: Policy, called name: String, moves: MoveModel
    ) throws(SimulationError) -> Experiment {
        let attack = attackSeconds ?? policy.assumedAttackSeconds
        let horizon = horizonSeconds ?? 30 * attack
        guard hosts.count > 1 else {
            throw .outOfRange(field: "hosts", detail: "must be two or more that carry containers, are \(hosts.count)")
        }
        guard attack >= 1, attack <= 86400 * 30 else {
            throw .outOfRange(field: "attackSeconds", detail: "must be 1 to \(86400 * 30), is \(attack.figure)")
        }
        guard (0...hosts.count).contains(attackers) else {
            throw .outOfRange(
                field: "attackers", detail: "must be 0 to \(hosts.count), the number of hosts, is \(attackers)")
        }
        guard horizon >= attack, horizon <= 86400 * 365 else {
            throw .outOfRange(
                field: "horizonSeconds",
                detail: "must be the attack time, \(attack.figure), to \(86400 * 365), is \(horizon.figure)")
        }
        let base = Scenario(
            fleet: .hosts(hosts), policy: policy, attackers: Attackers(count: attackers),
            attack: .gamma(shape: Self.shape, mean: attack), moves: moves, horizon: .seconds(horizon))
        guard let document = try? JSONValue(encoding: base) else {
            throw .outOfRange(field: "policy", detail: "must have numbers that JSON can hold")
        }
        return Experiment(
            name: "what-if", title: "This fleet under policy \(name)",
            question: "How would a container of this fleet fare against each kind of attacker, with its \(hosts.count) "
                + "hosts and policy '\(name)' as they are, beside staying where it is and beside stays of at most a "
                + "quarter of an attack?",
            runs: 500, base: document, panels: panels(attack: attack, horizon: horizon), notes: notes(attack: attack))
    }

    /// The shape of the gamma law of attack times: they differ, and few are very short.
    private static let shape = 4.0
    private static let attackTimes: [Double] = [10, 20, 60, 120, 300, 600, 1800, 3600, 21600]

    private func panels(attack: Double, horizon: Double) -> [Panel] {
        let survival = Panel.Quantity(
            measure: .survival, label: "share of containers that are safe after \(horizon.figure) s")
        let kinds = kinds(attack: attack)
        let policies = [
            Panel.Series(label: "this policy"),
            Panel.Series(label: "staying put", change: ["policy": ["clock": ["model": "static"]]]),
            Panel.Series(label: "at most a quarter of an attack", change: bounded(attack / 4)),
        ]
        return [
            Panel(
                name: "attackers", title: "Who is kept out",
                x: Panel.Axis(
                    label: "attacker", steps: kinds.map { Panel.Step(label: $0.label, change: $0.change) }),
                y: survival, series: policies),
            Panel(
                name: "attack-times", title: "How fast an attack this policy withstands",
                x: Panel.Axis(
                    label: "mean attack time in seconds",
                    steps: Self.attackTimes.map { time in
                        Panel.Step(
                            value: time,
                            change: [
                                "attack": ["law": "gamma", "shape": .number(Self.shape), "mean": .number(time)]
                            ])
                    }, isLogarithmic: true),
                y: survival, series: kinds),
            Panel(
                name: "cost", title: "What it costs",
                x: Panel.Axis(label: "policy", steps: [Panel.Step(label: "moves in an hour")]),
                y: Panel.Quantity(measure: .movesPerHour, label: "moves of a container in an hour"),
                series: policies.map { series in
                    var series = series
                    series.change = series.change.merged(with: ["attack": ["law": "never"]])
                    return series
                }),
        ]
    }

    /// A clock whose stays have this bound, with the draw of the policy.
    private func bounded(_ seconds: Double) -> JSONValue {
        let longest = max(1, seconds)
        return [
            "policy": [
                "clock": ["model": "periodic", "seconds": .number(longest), "jitter": .number(0.3)],
                "dwell": ["minSeconds": .number(0), "maxSeconds": .number(longest)],
            ]
        ]
    }

    private func kinds(attack: Double) -> [Panel.Series] {
        let chase: JSONValue = ["chase": ["meanSeconds": .number(attack / 2)]]
        return [
            Panel.Series(label: "seeded", change: ["attackers": ["start": "beside"]]),
            Panel.Series(label: "sitting", change: ["attackers": ["start": "anywhere"]]),
            Panel.Series(label: "chasing", change: ["attackers": ["pursuit": chase, "count": .integer(1)]]),
            Panel.Series(
                label: "pre-positioning",
                change: ["attackers": ["positions": ["mostVisited": ["observedMoves": .integer(1000)]]]]),
            Panel.Series(label: "learning", change: ["memory": "learning"]),
            Panel.Series(label: "accumulating", change: ["memory": "accumulating"]),
        ]
    }

    private func notes(attack: Double) -> [String] {
        [
            "Attack times have a gamma law of shape 4 with a mean of \(attack.figure) s. An attack must be made beside the "
                + "container without a break; that of the learning and of the accumulating attacker goes on where it "
                + "ended.",
            "The attackers have \(attackers) containers on random hosts; the chasing one has a single container, and finds "
                + "its victim after \((attack / 2).figure) s on average. The pre-positioning one waits on the hosts that "
                + "this policy visits most.",
            "Other tenants' containers stand still where they are now. The fleet's own would move, too.",
            "Nothing of this was measured on the fleet, and nothing was moved.",
        ]
    }
}
