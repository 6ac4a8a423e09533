import FleetAPI
import FleetModel

/// How different the fleet's hosts are, for people.
struct HeterogeneityReport {
    /// In how many hosts the matrix still fits a terminal.
    static let widestMatrix = 12

    let view: HeterogeneityView

    /// The summary, what nearly all hosts share, and the matrix of a fleet that is not too large.
    func text(in style: Style) -> String {
        let summary = view.summary
        var details = Details()
        details.add("Hosts", "\(summary.hosts), of \(summary.classes) kinds")
        details.add("Mean difference", Units.hundredths(summary.meanDifference), .strong)
        details.addIfAny("Rao's Q", summary.raoQ.map { Units.hundredths($0) })
        details.add(
            "As if of", "\(Units.hundredths(summary.effectiveConfigurations)) wholly different configurations")
        details.add("Known", "\(Units.percent(summary.coverage)) of what is compared")
        let alike = summary.monocultures.map { alike in
            "\(alike.group).\(alike.attribute) is \(alike.value) on \(Units.percent(alike.share)) of the hosts where it is "
                + "known"
        }
        if !alike.isEmpty { details.add("Alike", lines: alike, .warning) }
        let warnings = summary.warnings.map { style.paint("warning: \($0)", .warning) + "\n" }.joined()
        return details.text(in: style) + warnings + matrix(in: style)
    }

    private func matrix(in style: Style) -> String {
        let hosts = view.hosts
        guard let differences = view.differences, hosts.count > 1, differences.count == hosts.count else { return "" }
        guard hosts.count <= Self.widestMatrix else {
            return "\nthe matrix of \(hosts.count) hosts is too wide to print; --from HOST shows a row, --json all\n"
        }
        let rows = zip(hosts, differences).map { host, row in
            [Table.Cell(host, .strong)]
                + hosts.indices.map { column in
                    guard row.indices.contains(column), hosts[column] != host else { return Table.Cell(String?.none) }
                    return Table.Cell(Units.hundredths(row[column]))
                }
        }
        return "\n" + Table(columns: [.words("")] + hosts.map { .numbers($0.text) }, rows: rows).text(in: style)
    }
}

/// How different the others are from one host, for people.
struct DistanceReport {
    let view: DistancesView

    /// A table, the most different hosts first.
    func text(in style: Style) -> String {
        guard !view.distances.isEmpty else { return "there is no host but \(view.from)\n" }
        let groups = AttributeGroup.allCases.map(\.rawValue)
        let sorted = view.distances.sorted { ($1.difference ?? -1, $0.host) < ($0.difference ?? -1, $1.host) }
        return Table(
            columns: [.words("From \(view.from)"), .numbers("Difference")] + groups.map { .numbers($0) }
                + [.numbers("Known")],
            rows: sorted.map { distance in
                [Table.Cell(distance.host), Table.Cell(Units.hundredths(distance.difference), .strong)]
                    + groups.map { Table.Cell(Units.hundredths(distance.groups[$0]?.known)) }
                    + [Table.Cell(Units.percent(distance.coverage))]
            }
        ).text(in: style)
    }
}

extension DistancesView.Part {
    /// The difference, `nil` when nothing of the group is known.
    fileprivate var known: Double? { coverage == 0 ? nil : difference }
}
