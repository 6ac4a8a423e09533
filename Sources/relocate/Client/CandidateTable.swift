import FleetModel
import Glibc

/// The hosts of a draw with their probabilities and what their scores are made of.
struct CandidateTable {
    let candidates: [PlacementCandidate]
    /// The host that was drawn.
    var chosen: HostName?

    /// The table, likeliest hosts first.
    func text(in style: Style) -> String {
        let sorted = candidates.sorted { ($1.probability, $0.host) < ($0.probability, $1.host) }
        let columns: [Table.Column] = [
            .words("May"), .numbers("Probability"), .numbers("Score"), .numbers("Difference"), .numbers("Knowledge"),
            .numbers("Tenants"), .numbers("Load"), .numbers("Cost"),
        ]
        return Table(
            columns: columns + (chosen == nil ? [] : [.words("Drawn")]),
            rows: sorted.map { candidate in
                let terms = candidate.terms
                return [
                    Table.Cell(candidate.host, .good), Table.Cell(Units.percent(candidate.probability), .strong),
                    Table.Cell(Units.hundredths(candidate.score)), Table.Cell(Units.hundredths(terms.heterogeneity)),
                    Table.Cell(Units.hundredths(terms.knowledge)), Table.Cell(Units.hundredths(terms.tenants)),
                    Table.Cell(Units.hundredths(terms.load)), Table.Cell(Units.hundredths(terms.cost)),
                ] + (chosen == nil ? [] : [Table.Cell(candidate.host == chosen ? "drawn" : "", .strong)])
            }
        ).text(in: style)
    }

    /// The entropy of an even draw among so many hosts, in nats.
    static func greatestEntropy(_ count: Int) -> Double { count > 0 ? log(Double(count)) : 0 }
}
