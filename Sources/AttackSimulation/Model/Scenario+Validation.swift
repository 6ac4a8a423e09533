import FleetModel
import MovingTarget

// Every range, and limits that keep a mistake from running forever.
//
// Moves are not held against how long they take, as production does with what it has measured: what too many moves cost is
// one of the questions.

extension Scenario {
    /// The most that a scenario may be.
    enum Limit {
        static let hosts = 1000
        static let stays = 1_000_000
        static let moves = 1_000_000.0
        static let observedMoves = 100_000
        /// Ten years.
        static let seconds = 10 * DwellBounds.longestSeconds
    }

    /// Checks every range, and that the policy can work as production would have it.
    /// - Throws: `SimulationError.outOfRange` with the path of the first field that is wrong.
    public func validate() throws(SimulationError) {
        try fleet.validate()
        do throws(PolicyRefusal) {
            try policy.check(moveSeconds: nil)
        } catch {
            let nearest = error.corrections.isEmpty ? "" : "; what would work: \(error.nearest)"
            throw .outOfRange(field: "policy.\(error.field)", detail: error.reason + nearest)
        }
        try attackers.validate(on: fleet)
        try attack.validate()
        try validateMemory()
        try reuse.validate()
        try moves.validate()
        try validateHorizon()
    }

    private func validateMemory() throws(SimulationError) {
        guard memory == .learning, case .hosts(let hosts) = fleet else { return }
        guard CommonAttributes(of: hosts.map(\.profile), weights: policy.weights) != nil else {
            throw .outOfRange(
                field: "memory",
                detail: "learning is about one attribute of hosts, and these have none in common that has a weight; an "
                    + "attribute that is known of every host is needed")
        }
    }

    private func validateHorizon() throws(SimulationError) {
        switch horizon {
        case .stays(let stays):
            guard (1...Limit.stays).contains(stays) else {
                throw .outOfRange(field: "horizon.stays", detail: "must be 1 to \(Limit.stays), is \(stays)")
            }
        case .seconds(let seconds):
            try Self.check(seconds, above: 0, upTo: Limit.seconds, "horizon.seconds")
            guard let mean = RelocationClock(policy).meanSeconds, seconds / mean > Limit.moves else { return }
            throw .outOfRange(
                field: "horizon.seconds",
                detail:
                    "must be at most \(Limit.moves * mean) with stays of \(mean) s on average, so that there are no "
                    + "more than a million moves, is \(seconds)")
        }
    }

    static func check(
        _ value: Double, above least: Double, upTo most: Double, _ field: String
    ) throws(SimulationError) {
        guard value > least, value <= most else {
            throw .outOfRange(field: field, detail: "must be above \(least) and at most \(most), is \(value)")
        }
    }

    static func check(
        _ value: Double, in range: ClosedRange<Double>, _ field: String
    ) throws(SimulationError) {
        guard range.contains(value) else {
            throw .outOfRange(
                field: field, detail: "must be \(range.lowerBound) to \(range.upperBound), is \(value)")
        }
    }

    static func check(_ value: Int, in range: ClosedRange<Int>, _ field: String) throws(SimulationError) {
        guard range.contains(value) else {
            throw .outOfRange(
                field: field, detail: "must be \(range.lowerBound) to \(range.upperBound), is \(value)")
        }
    }
}

extension AttackDuration {
    func validate() throws(SimulationError) {
        func check(_ seconds: Double, _ field: String) throws(SimulationError) {
            try Scenario.check(seconds, above: 0, upTo: Scenario.Limit.seconds, "attack.\(field)")
        }
        switch self {
        case .fixed(let seconds): try check(seconds, "seconds")
        case .gamma(let shape, let mean):
            try Scenario.check(shape, in: 0.01...1_000_000, "attack.shape")
            try check(mean, "mean")
        case .logUniform(let from, let to):
            try check(from, "from")
            try check(to, "to")
            guard from <= to else {
                throw .outOfRange(field: "attack.from", detail: "must be at most to (\(to)), is \(from)")
            }
        case .lognormal(let median, let deviation):
            try check(median, "median")
            try Scenario.check(deviation, in: 0...10, "attack.deviation")
        case .never: break
        }
    }
}

extension ExploitReuse {
    func validate() throws(SimulationError) {
        switch self {
        case .never, .attribute: break
        case .power(let exponent): try Scenario.check(exponent, in: 0...100, "reuse.power.exponent")
        case .exponential(let rate): try Scenario.check(rate, in: 0...100, "reuse.exponential.rate")
        }
    }
}

extension MoveModel {
    func validate() throws(SimulationError) {
        try Scenario.check(gapSeconds, in: 0...86400, "moves.gapSeconds")
        try Scenario.check(pauseSeconds, in: 0...86400, "moves.pauseSeconds")
        // Closer to 1 a stay would go on and on.
        try Scenario.check(failureProbability, in: 0...0.99, "moves.failureProbability")
    }
}
