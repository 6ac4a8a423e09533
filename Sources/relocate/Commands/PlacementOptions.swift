import ArgumentParser
import FleetModel

/// Where containers go: the parts of a policy about the draw of the next host.
struct PlacementOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How much configuration, network and services count in the distance of hosts; they add up to 1.",
            valueName: "c,n,s"),
        transform: { try HeterogeneityWeights(argument: $0) })
    var weights: HeterogeneityWeights?

    @Option(
        help: ArgumentHelp("What makes probabilities of scores: \(Choice.words(DrawRule.self)).", valueName: "rule"),
        transform: { try Choice.read($0) })
    var rule: DrawRule?

    @Option(help: ArgumentHelp("The lower, the more the score decides; 0.001 to 100.", valueName: "number"))
    var temperature: Double?

    @Option(
        help: ArgumentHelp("The least entropy of a draw as a share of an even draw's, 0 to 1.", valueName: "share"))
    var entropyFloor: Double?

    @Option(
        help: ArgumentHelp("No host is more probable than this many times an even share.", valueName: "factor"))
    var maxShare: Double?

    @Option(help: ArgumentHelp("How far back stays count.", valueName: "seconds"))
    var memorySeconds: Double?

    @Option(
        help: ArgumentHelp("The assumed share of hosts that carry an attacker, 0 to 1.", valueName: "share"))
    var attackerShare: Double?

    @Flag(inversion: .prefixedNo, help: "Leave a container where it is while it shares its host with nobody.")
    var skipIfAlone: Bool?

    @Option(
        name: .customLong("term"),
        help: ArgumentHelp(
            "How much a term of the score counts: \(Choice.words(TermWeight.Term.self)). May be repeated.",
            valueName: "name=number"),
        transform: { try TermWeight($0) })
    var terms: [TermWeight] = []

    /// Whether nothing is to be changed.
    var isEmpty: Bool {
        weights == nil && rule == nil && temperature == nil && entropyFloor == nil && maxShare == nil
            && memorySeconds == nil && attackerShare == nil && skipIfAlone == nil && terms.isEmpty
    }

    /// Fails for values that fit no policy, before anything is sent.
    func validate() throws {
        var policy = Policy()
        apply(to: &policy)
        try validated { try policy.placement.validate() }
    }

    /// Makes the changes.
    func apply(to policy: inout Policy) {
        var rules = policy.placement
        rules.rule = rule ?? rules.rule
        rules.temperature = temperature ?? rules.temperature
        rules.entropyFloor = entropyFloor ?? rules.entropyFloor
        rules.maxShareFactor = maxShare ?? rules.maxShareFactor
        rules.memorySeconds = memorySeconds ?? rules.memorySeconds
        rules.attackerShare = attackerShare ?? rules.attackerShare
        rules.skipIfAlone = skipIfAlone ?? rules.skipIfAlone
        for term in terms { term.apply(to: &rules.terms) }
        policy.placement = rules
        policy.weights = weights ?? policy.weights
    }
}
