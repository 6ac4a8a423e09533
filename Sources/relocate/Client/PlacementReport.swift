import FleetModel
import MovingTarget

/// Where a container could go, for people.
struct PlacementReport: Decodable, Sendable {
    private let decision: PlacementDecision

    /// Decodes a decision.
    init(from decoder: any Decoder) throws { decision = try PlacementDecision(from: decoder) }

    /// The hosts that may take it with their probabilities, then those that may not with the reasons.
    func text(in style: Style) -> String {
        let feasible = decision.candidates.map { candidate in
            [
                Table.Cell(candidate.host), Table.Cell("may", .good), Table.Cell(Units.percent(candidate.probability)),
                "",
            ]
        }
        let excluded = decision.exclusions.map { exclusion in
            [
                Table.Cell(exclusion.host), Table.Cell("may not", .warning), "",
                Table.Cell(exclusion.reasons.map(\.description).joined(separator: "; ")),
            ]
        }
        let columns: [Table.Column] = [.words("Host"), .words("Take it"), .numbers("Probability"), .words("Because")]
        let end = decision.candidates.isEmpty ? "no host may take it\n" : "nothing was moved\n"
        return Table(columns: columns, rows: feasible + excluded).text(in: style) + end
    }
}
