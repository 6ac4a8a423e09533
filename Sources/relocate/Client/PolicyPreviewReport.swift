import FleetAPI
import FleetModel

/// What a policy would do, for people.
struct PolicyPreviewReport {
    let view: PolicyPreviewView

    /// What it would do, beside what the policy does now.
    /// - Parameter now: the same without the changes; `nil` when nothing is changed.
    func text(besides now: PolicyPreviewView?, in style: Style) throws -> String {
        var parts = [try changes(from: now, in: style)]
        if let refusal = view.refusal {
            let nearest = refusal.nearest.isEmpty ? "" : "; what would work: \(refusal.nearest)"
            parts.append(style.paint("it would be refused: \(refusal.field): \(refusal.reason)\(nearest)", .bad) + "\n")
        } else {
            parts.append(PreviewFigures(then: view, now: now).table.text(in: style))
            parts.append("\n" + attacks(now).text(in: style))
        }
        for destinations in view.destinations {
            parts.append("\nfrom \(destinations.from)\(Self.draw(destinations)):\n")
            if destinations.candidates.isEmpty {
                parts.append("no host may take it\n")
            } else {
                parts.append(CandidateTable(candidates: destinations.candidates).text(in: style))
            }
        }
        let all = view.warnings + (view.forecast?.warnings ?? []) + view.destinations.flatMap(\.warnings)
        parts += Self.distinct(all).map { style.paint("warning: \($0)", .warning) + "\n" }
        return parts.joined() + "nothing was changed\n"
    }

    private func changes(from now: PolicyPreviewView?, in style: Style) throws -> String {
        var details = Details()
        details.add("Clock", "\(view.policy.clock.name.rawValue): \(view.policy.clockWords)", .strong)
        details.add("Holds for", view.containers == 1 ? "1 container" : "\(view.containers) containers")
        if let now {
            let words = try PolicyDifference(from: now.policy, to: view.policy).changes.map(\.words)
            details.add("Would change", lines: words.isEmpty ? ["nothing"] : words, .strong)
        }
        details.addIfAny("Hosts differ by", view.meanDifference.map { "\(Units.hundredths($0)) on average" })
        return details.text(in: style) + "\n"
    }

    /// How often attacks succeed: those that always take so long, and those that do on average.
    private func attacks(_ now: PolicyPreviewView?) -> Table {
        let before = Dictionary(
            (now?.forecast?.attacks ?? []).map { ($0.attackSeconds, $0) }, uniquingKeysWith: { first, _ in first })
        let kinds: [(String, (AttackForecast) -> AttackForecast.Outcome)] = [
            ("always as long", { $0.fixed }), ("as long on average", { $0.exponential }),
        ]
        var columns: [Table.Column] = [.words("Succeeds in a stay")]
        for (name, _) in kinds {
            columns += now == nil ? [.numbers(name)] : [.numbers("now \(name)"), .numbers("then")]
        }
        return Table(
            columns: columns,
            rows: (view.forecast?.attacks ?? []).map { attack in
                let name = Units.span(seconds: attack.attackSeconds.rounded())
                let cells = kinds.flatMap { _, outcome in
                    let then = Table.Cell(Units.percent(outcome(attack).perStay), .strong)
                    guard now != nil else { return [then] }
                    return [
                        Table.Cell(before[attack.attackSeconds].map(outcome).map { Units.percent($0.perStay) }),
                        then,
                    ]
                }
                return [Table.Cell("\(name)\(attack.isAssumed ? " (assumed)" : "")")] + cells
            })
    }

    private static func draw(_ destinations: PolicyPreviewView.Destinations) -> String {
        let most = CandidateTable.greatestEntropy(destinations.candidates.count)
        return ", entropy \(Units.hundredths(destinations.entropy)) of at most \(Units.hundredths(most)) nats"
            + (destinations.temperature.map { " at temperature \(Units.hundredths($0))" } ?? "")
    }

    private static func distinct(_ warnings: [String]) -> [String] {
        var seen: Set<String> = []
        return warnings.filter { seen.insert($0).inserted }
    }
}
