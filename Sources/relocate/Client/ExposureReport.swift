import FleetAPI
import FleetModel

/// Who was beside whom for how long, for people.
struct ExposureReport {
    let view: ExposureView

    /// A table of containers and one of pairs of tenants.
    func text(in style: Style) -> String {
        guard !view.containers.isEmpty else { return "no container matches\n" }
        var text = containerTable.text(in: style) + Self.rest(view.containerCount, view.containers.count, "containers")
        if !view.pairs.isEmpty {
            text += "\n" + pairTable.text(in: style) + Self.rest(view.pairCount, view.pairs.count, "pairs of tenants")
        }
        return text
    }

    private static func rest(_ count: Int, _ shown: Int, _ things: String) -> String {
        guard count > shown else { return "" }
        return "these are the worst \(shown) of \(count) \(things); --limit \(count) shows all\n"
    }

    private var containerTable: Table {
        Table(
            columns: [
                .words("Container"), .words("Tenant"), .numbers("Longest"), .words("Beside"), .words("On"),
                .numbers("Of attack time"), .numbers("In sum"), .words("Beside"), .numbers("Strangers"),
                .words("Now beside"), .numbers("Ended before it"), .numbers("Stays"),
            ],
            rows: view.containers.map { exposed in
                let more = exposed.currentCount - exposed.current.count
                let now =
                    exposed.current.map(\.stranger.description).sorted() + (more > 0 ? ["and \(more) more"] : [])
                return [
                    Table.Cell(exposed.container), Table.Cell(exposed.tenant), Self.span(exposed.longest?.seconds),
                    Table.Cell(exposed.longest?.stranger), Table.Cell(exposed.longest?.host),
                    Self.share(exposed.longestShare, isMet: exposed.longest != nil),
                    Self.share(exposed.sums.share, isMet: exposed.sums.strangerCount > 0),
                    Table.Cell(exposed.sums.strangers.first?.stranger),
                    Self.share(exposed.sums.allShare, isMet: exposed.sums.strangerCount > 0),
                    Table.Cell(now.joined(separator: ", ")), Self.ended(exposed.endedBeforeAttackShare),
                    Table.Cell(exposed.residenceCount),
                ]
            })
    }

    private var pairTable: Table {
        Table(
            columns: [
                .words("Tenant"), .words("Beside"), .numbers("Longest"), .words("Container"), .words("On"),
                .numbers("All together"), .numbers("Now"), .numbers("Ended"), .numbers("Before attack time"),
            ],
            rows: view.pairs.map { pair in
                [
                    Table.Cell(pair.tenant), Table.Cell(pair.stranger), Self.span(pair.longest?.seconds),
                    Table.Cell(pair.longest?.container), Table.Cell(pair.longest?.host), Self.span(pair.seconds),
                    Table.Cell(pair.currentCount), Table.Cell(pair.endedCount),
                    Self.ended(pair.endedBeforeAttackShare),
                ]
            })
    }

    private static func span(_ seconds: Double?) -> Table.Cell {
        Table.Cell(seconds.map { Units.span(seconds: $0) })
    }

    /// From 1 on an attack may have succeeded.
    private static func share(_ share: Double?, isMet: Bool) -> Table.Cell {
        guard let share, isMet else { return Table.Cell(String?.none) }
        return Table.Cell(Units.percent(share), share >= 1 ? .bad : share >= 0.5 ? .warning : .plain)
    }

    private static func ended(_ share: Double?) -> Table.Cell {
        guard let share else { return Table.Cell(String?.none) }
        return Table.Cell(Units.percent(share), share < 1 ? .warning : .plain)
    }
}
