import Glibc

/// Whether what worked on the host that the container left works on the one that it came to.
///
/// On hosts that are made up, `attribute` draws an attribute and looks whether both hosts have the same value: then the
/// probability is s = 1 − Δ exactly. Attributes of given hosts have differences between 0 and 1, of which a draw of one
/// attribute would not make Δ; for them it is 1 − Δ that is drawn. A difference that is not known counts as 0, as it does for
/// placement.
struct Reuse {
    private let rule: ExploitReuse
    private let attributes: CommonAttributes?

    init(_ scenario: Scenario, in world: World) {
        rule = scenario.reuse
        if case .synthetic = scenario.fleet { attributes = world.attributes } else { attributes = nil }
    }

    /// Draws it for a move.
    @inline(__always)
    func works(from source: Int, to host: Int, difference: Double, using generator: inout Xoshiro256) -> Bool {
        if case .never = rule { return false }
        let alike = difference.isNaN ? 1 : 1 - difference
        switch rule {
        case .never: return false
        case .attribute:
            guard let attributes else { return generator.uniform() < alike }
            let values = attributes.values[attributes.draw(using: &generator)]
            return values[source] == values[host]
        case .power(let exponent): return generator.uniform() < pow(alike, exponent)
        case .exponential(let rate): return generator.uniform() < exp(-rate * (1 - alike))
        }
    }
}
