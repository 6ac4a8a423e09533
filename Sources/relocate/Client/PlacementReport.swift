import FleetModel

/// Where a container could go, or went, for people.
struct PlacementReport {
    let decision: PlacementDecision

    /// The hosts that may take it with their chances and what those are made of, then those that may not with the reasons,
    /// then what was drawn.
    func text(in style: Style) -> String {
        var parts: [String] = []
        if !decision.candidates.isEmpty {
            parts.append(CandidateTable(candidates: decision.candidates, chosen: decision.chosen).text(in: style))
            let others = decision.candidateCount - decision.candidates.count
            if others > 0 { parts.append("and \(others) more that may take it\n") }
        }
        if let spread = decision.spread { parts.append(words(for: spread)) }
        if !decision.exclusions.isEmpty { parts.append(exclusions(in: style)) }
        parts.append(summary + "\n")
        parts += decision.warnings.map { style.paint("warning: \($0)", .warning) + "\n" }
        return parts.joined()
    }

    private func words(for spread: CandidateSpread) -> String {
        func line(_ name: String, _ quantiles: Quantiles, _ figure: (Double) -> String) -> String {
            "\(name) of all \(decision.candidateCount): \(figure(quantiles.least)) to \(figure(quantiles.greatest)), half of them "
                + "\(figure(quantiles.lowerQuarter)) to \(figure(quantiles.upperQuarter)), median "
                + "\(figure(quantiles.median))\n"
        }
        return line("probability", spread.probability, Units.percent)
            + line("score", spread.score) { Units.hundredths($0) }
    }

    private func exclusions(in style: Style) -> String {
        let rows = decision.exclusions.map { exclusion in
            [
                Table.Cell(exclusion.host, .warning),
                Table.Cell(exclusion.reasons.map(\.description).joined(separator: "; ")),
            ]
        }
        let others = decision.exclusionCount - decision.exclusions.count
        return Table(columns: [.words("May not"), .words("Because")], rows: rows).text(in: style)
            + (others > 0 ? "and \(others) more that may not\n" : "")
    }

    private var summary: String {
        guard decision.candidateCount > 0 else { return "no host may take it" }
        let rule =
            decision.rule.rawValue + (decision.temperature.map { " at temperature \(Units.hundredths($0))" } ?? "")
        let most = Units.hundredths(CandidateTable.greatestEntropy(decision.candidateCount))
        let entropy = "entropy \(Units.hundredths(decision.entropy)) of at most \(most) nats"
        let draw = decision.draw.map { ", drawn \(Units.fixed($0, digits: 3))" } ?? ""
        return "\(rule), \(entropy)\(draw)"
    }
}
