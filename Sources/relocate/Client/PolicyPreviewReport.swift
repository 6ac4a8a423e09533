import FleetModel

/// What a policy would do, as the API shows it, for people.
struct PolicyPreviewReport: Decodable, Sendable {
    /// Why the policy would not be taken.
    struct Refusal: Decodable, Sendable {
        var field: String
        var reason: String
        /// What would be right.
        var nearest: String?
    }

    /// What its clock comes to.
    struct Forecast: Decodable, Sendable {
        /// A length that a share of all stays does not exceed.
        struct Quantile: Decodable, Sendable {
            var share: Double
            var seconds: Double
        }

        /// How likely an attack succeeds.
        struct Outcome: Decodable, Sendable {
            var perStay: Double
        }

        /// How an attack that takes so long would fare.
        struct Attack: Decodable, Sendable {
            var attackSeconds: Double
            var isAssumed: Bool?
            /// One that always takes as long.
            var fixed: Outcome?
            /// One that takes as long on average.
            var exponential: Outcome?
        }

        var meanSeconds: Double?
        var minSeconds: Double?
        var maxSeconds: Double?
        var quantiles: [Quantile]?
        var movesPerHour: Double?
        var downtimeShare: Double?
        var entropyNats: Double?
        var attacks: [Attack]?
        var warnings: [String]?
    }

    /// Where a container would go from a host.
    struct Destinations: Decodable, Sendable {
        var from: HostName
        var candidates: [PlacementCandidate]
        var entropy: Double?
        var temperature: Double?
        var warnings: [String]?
    }

    /// The whole policy that was looked at.
    var policy: Policy
    var refusal: Refusal?
    var forecast: Forecast?
    /// How many containers it would hold for.
    var containers: Int?
    var fleetMovesPerHour: Double?
    var destinations: [Destinations]?
    /// The mean difference of the fleet's hosts.
    var meanDifference: Double?
    var warnings: [String]?
}

extension PolicyPreviewReport {
    /// What it would do, beside what the policy does now.
    /// - Parameter now: the same without the changes; `nil` when nothing is changed.
    func text(besides now: PolicyPreviewReport?, in style: Style) throws -> String {
        var parts = [try changes(from: now, in: style)]
        if let refusal {
            let nearest = refusal.nearest.map { $0.isEmpty ? "" : "; what would work: \($0)" } ?? ""
            parts.append(style.paint("it would be refused: \(refusal.field): \(refusal.reason)\(nearest)", .bad) + "\n")
        } else {
            parts.append(PreviewFigures(then: self, now: now).table.text(in: style))
            parts.append("\n" + attacks(now).text(in: style))
        }
        for destinations in destinations ?? [] {
            parts.append("\nfrom \(destinations.from)\(Self.draw(destinations)):\n")
            if destinations.candidates.isEmpty {
                parts.append("no host may take it\n")
            } else {
                parts.append(CandidateTable(candidates: destinations.candidates).text(in: style))
            }
        }
        let all = (warnings ?? []) + (forecast?.warnings ?? []) + (destinations ?? []).flatMap { $0.warnings ?? [] }
        parts += Self.distinct(all).map { style.paint("warning: \($0)", .warning) + "\n" }
        return parts.joined() + "nothing was changed\n"
    }

    private func changes(from now: PolicyPreviewReport?, in style: Style) throws -> String {
        var details = Details()
        details.add("Clock", "\(policy.clock.name.rawValue): \(policy.clockWords)", .strong)
        if let containers { details.add("Holds for", containers == 1 ? "1 container" : "\(containers) containers") }
        if let now {
            let words = try PolicyDifference(from: now.policy, to: policy).changes.map(\.words)
            details.add("Would change", lines: words.isEmpty ? ["nothing"] : words, .strong)
        }
        details.addIfAny("Hosts differ by", meanDifference.map { "\(Units.hundredths($0)) on average" })
        return details.text(in: style) + "\n"
    }

    /// How often attacks succeed: those that always take so long, and those that do on average.
    private func attacks(_ now: PolicyPreviewReport?) -> Table {
        let before = Dictionary(
            (now?.forecast?.attacks ?? []).map { ($0.attackSeconds, $0) }, uniquingKeysWith: { first, _ in first })
        let kinds: [(String, (Forecast.Attack) -> Forecast.Outcome?)] = [
            ("always as long", { $0.fixed }), ("as long on average", { $0.exponential }),
        ]
        var columns: [Table.Column] = [.words("Succeeds in a stay")]
        for (name, _) in kinds {
            columns += now == nil ? [.numbers(name)] : [.numbers("now \(name)"), .numbers("then")]
        }
        return Table(
            columns: columns,
            rows: (forecast?.attacks ?? []).map { attack in
                let name = Units.span(seconds: attack.attackSeconds.rounded())
                let cells = kinds.flatMap { _, outcome in
                    let then = Table.Cell(outcome(attack).map { Units.percent($0.perStay) }, .strong)
                    guard now != nil else { return [then] }
                    return [
                        Table.Cell(before[attack.attackSeconds].flatMap(outcome).map { Units.percent($0.perStay) }),
                        then,
                    ]
                }
                return [Table.Cell("\(name)\(attack.isAssumed == true ? " (assumed)" : "")")] + cells
            })
    }

    private static func draw(_ destinations: Destinations) -> String {
        guard let entropy = destinations.entropy else { return "" }
        let most = CandidateTable.greatestEntropy(destinations.candidates.count)
        return ", entropy \(Units.hundredths(entropy)) of at most \(Units.hundredths(most)) nats"
            + (destinations.temperature.map { " at temperature \(Units.hundredths($0))" } ?? "")
    }

    private static func distinct(_ warnings: [String]) -> [String] {
        var seen: Set<String> = []
        return warnings.filter { seen.insert($0).inserted }
    }
}
