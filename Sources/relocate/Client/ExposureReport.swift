import FleetModel

/// Who was beside whom for how long, as the API shows it, for people.
struct ExposureReport: Decodable, Sendable {
    /// A time that a container was beside somebody.
    struct Stay: Decodable, Sendable {
        /// The container.
        var container: ContainerName
        /// Beside whom.
        var stranger: TenantName
        /// Where.
        var host: HostName
        /// For how long.
        var seconds: Double
    }

    /// What a container was exposed to.
    struct Exposed: Decodable, Sendable {
        var container: ContainerName
        var tenant: TenantName
        var assumedAttackSeconds: Double?
        var longest: Stay?
        /// The longest stay as a share of the assumed attack time.
        var longestShare: Double?
        var current: [Stay]?
        var endedCount: Int?
        var endedBeforeAttackShare: Double?
        var residenceCount: Int?
    }

    /// What one tenant was exposed to by another.
    struct Pair: Decodable, Sendable {
        var tenant: TenantName
        var stranger: TenantName
        var seconds: Double?
        var longest: Stay?
        var currentCount: Int?
        var endedCount: Int?
        var endedBeforeAttackShare: Double?
    }

    var containers: [Exposed]
    var containerCount: Int?
    var pairs: [Pair]?
    var pairCount: Int?

    /// A table of containers and one of pairs of tenants.
    func text(in style: Style) -> String {
        guard !containers.isEmpty else { return "no container matches\n" }
        var text = containerTable.text(in: style) + Self.rest(containerCount, containers.count, "containers")
        let pairs = pairs ?? []
        if !pairs.isEmpty {
            text += "\n" + Self.table(of: pairs).text(in: style) + Self.rest(pairCount, pairs.count, "pairs of tenants")
        }
        return text
    }

    private static func rest(_ count: Int?, _ shown: Int, _ things: String) -> String {
        guard let count, count > shown else { return "" }
        return "these are the worst \(shown) of \(count) \(things); --limit \(count) shows all\n"
    }

    private var containerTable: Table {
        Table(
            columns: [
                .words("Container"), .words("Tenant"), .numbers("Longest"), .words("Beside"), .words("On"),
                .numbers("Of attack time"), .words("Now beside"), .numbers("Ended before it"), .numbers("Stays"),
            ],
            rows: containers.map { exposed in
                let now = Set((exposed.current ?? []).map(\.stranger)).sorted().map(\.text)
                return [
                    Table.Cell(exposed.container), Table.Cell(exposed.tenant), Self.span(exposed.longest?.seconds),
                    Table.Cell(exposed.longest?.stranger), Table.Cell(exposed.longest?.host),
                    Self.share(exposed.longestShare, exposed.longest),
                    Table.Cell(now.joined(separator: ", ")), Self.ended(exposed.endedBeforeAttackShare),
                    Table.Cell(exposed.residenceCount),
                ]
            })
    }

    private static func table(of pairs: [Pair]) -> Table {
        Table(
            columns: [
                .words("Tenant"), .words("Beside"), .numbers("Longest"), .words("Container"), .words("On"),
                .numbers("All together"), .numbers("Now"), .numbers("Ended"), .numbers("Before attack time"),
            ],
            rows: pairs.map { pair in
                [
                    Table.Cell(pair.tenant), Table.Cell(pair.stranger), span(pair.longest?.seconds),
                    Table.Cell(pair.longest?.container), Table.Cell(pair.longest?.host), span(pair.seconds),
                    Table.Cell(pair.currentCount), Table.Cell(pair.endedCount), ended(pair.endedBeforeAttackShare),
                ]
            })
    }

    private static func span(_ seconds: Double?) -> Table.Cell {
        Table.Cell(seconds.map { Units.span(seconds: $0) })
    }

    /// From 1 on an attack may have succeeded.
    private static func share(_ share: Double?, _ longest: Stay?) -> Table.Cell {
        guard let share, longest != nil else { return Table.Cell(String?.none) }
        return Table.Cell(Units.percent(share), share >= 1 ? .bad : share >= 0.5 ? .warning : .plain)
    }

    private static func ended(_ share: Double?) -> Table.Cell {
        guard let share else { return Table.Cell(String?.none) }
        return Table.Cell(Units.percent(share), share < 1 ? .warning : .plain)
    }
}
