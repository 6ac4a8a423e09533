import FleetAPI
import FleetModel

/// A policy with all that it says, for people.
struct PolicyReport {
    let view: PolicyView
    let now: Timestamp
    /// What has just been changed of it.
    var changes: [PolicyDifference.Change] = []

    /// Its properties.
    var details: Details {
        var details = Details()
        addVersion(to: &details)
        addClock(to: &details)
        addPlacement(to: &details)
        addLimits(to: &details)
        addConnections(to: &details)
        addExposure(to: &details)
        if !changes.isEmpty { details.add("Changed", lines: changes.map(\.words), .strong) }
        return details
    }

    private var policy: Policy { view.record.policy }

    private func addVersion(to details: inout Details) {
        let record = view.record
        details.add("Policy", "\(record.name), version \(record.version)")
        if record.version > 0 {
            let age = Units.span(seconds: now.seconds(since: record.changedAt))
            details.add("Changed by", "\(record.changedBy), \(age) ago")
        }
        guard let users = view.derived?.usedBy else { return }
        let everybodyElse = record.name == .default ? ["everything that names no other"] : []
        details.add("Holds for", (users + everybodyElse).joined(separator: ", "))
    }

    private func addClock(to details: inout Details) {
        details.add("Clock", "\(policy.clock.name.rawValue): \(policy.clockWords)", .strong)
        for (name, value) in policy.clock.parameters { details.add("", "\(name) \(value)") }
        details.add(
            "Attack takes",
            "\(Units.significant(policy.assumedAttackSeconds)) s (λ \(Units.significant(policy.attacksPerSecond)) in a second)"
        )
        if let derived = view.derived { details.add("Stays", Self.words(for: derived)) }
        details.add(
            "At least", policy.dwell.minSeconds.map { "\(Units.plain($0)) s" } ?? "a few times what a move takes")
        details.add("At most", policy.dwell.maxSeconds.map { "\(Units.plain($0)) s" } ?? "what the clock says")
    }

    private static func words(for derived: PolicyView.Derived) -> String {
        guard let mean = derived.meanStaySeconds else { return "for ever" }
        let parts = [
            "\(Units.span(seconds: mean.rounded())) on average",
            derived.minStaySeconds.map { "at least \(Units.span(seconds: $0.rounded()))" },
            derived.maxStaySeconds.map { "at most \(Units.span(seconds: $0.rounded()))" } ?? "without a bound",
            derived.isPredictable ? "predictable" : "not predictable",
        ]
        return parts.compactMap(\.self).joined(separator: ", ")
    }

    private func addPlacement(to details: inout Details) {
        let (weights, rules) = (policy.weights, policy.placement)
        details.add(
            "Hosts differ by",
            "configuration × \(Units.plain(weights.configuration)), network × \(Units.plain(weights.network)), "
                + "services × \(Units.plain(weights.services))")
        details.add("Next host", rules.rule.rawValue)
        details.add(
            "",
            "temperature \(Units.plain(rules.temperature)), entropy floor \(Units.plain(rules.entropyFloor)), "
                + "no host above \(Units.plain(rules.maxShareFactor)) times an even share")
        details.add("Score", rules.terms.words)
        details.add(
            "Remembers",
            "\(Units.span(seconds: rules.memorySeconds)), attackers on \(Units.percent(rules.attackerShare)) of hosts")
        details.add("Alone on a host", rules.skipIfAlone ? "stays" : "moves as well")
    }

    private func addLimits(to details: inout Details) {
        let limits = policy.limits
        details.add("Moves at once", "\(limits.concurrentInFleet) in the fleet")
        details.add("", "\(limits.concurrentPerHost) from or to one host")
        details.add("", "\(limits.concurrentPerTenant) of one tenant")
        details.add("Moves in a minute", limits.startsPerMinute.map { String($0) } ?? "any number")
        details.add(
            "Pause in an hour",
            limits.downtimeSecondsPerHour.map { "\(Units.plain($0)) s of one tenant" } ?? "any")
        details.add(
            "Given up after",
            "prepare \(Units.plain(limits.prepareSeconds)) s, checkpoint \(Units.plain(limits.checkpointSeconds)) s, "
                + "restore \(Units.plain(limits.restoreSeconds)) s")
    }

    private func addExposure(to details: inout Details) {
        let (rules, attack) = (policy.exposure, policy.assumedAttackSeconds)
        func words(_ factor: Double?, _ whom: String) -> String {
            guard let factor else { return "beside \(whom): no alarm" }
            return
                "beside \(whom): alarm from \(Units.span(seconds: factor * attack)) on (\(Units.plain(factor)) attacks)"
        }
        details.add("Image files", policy.images.sharing.words)
        details.add("In sum", words(rules.groupFactor, "one tenant or group"))
        details.add("", words(rules.strangersFactor, "strangers as a whole"))
        details.add("", "time counts by 1/e after \(Units.span(seconds: rules.windowFactor * attack))")
    }

    private func addConnections(to details: inout Details) {
        let rules = policy.connections
        let end =
            switch rules.acceptQueue {
            case .reset: "then they are reset"
            case .wait: "then the move is given up"
            }
        details.add("Clients not accepted", "waited for \(Units.plain(rules.acceptSeconds)) s, \(end)")
    }
}

extension TermWeights {
    /// The score as a sum.
    fileprivate var words: String {
        "\(Units.plain(heterogeneity)) × difference − \(Units.plain(knowledge)) × knowledge − "
            + "\(Units.plain(tenants)) × tenants − \(Units.plain(load)) × load − \(Units.plain(cost)) × cost"
    }
}
