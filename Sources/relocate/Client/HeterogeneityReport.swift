import FleetModel

/// How different the fleet's hosts are, as the API shows it, for people.
struct HeterogeneityReport: Decodable, Sendable {
    /// An attribute that nearly all hosts share.
    struct Monoculture: Decodable, Sendable {
        var group: String
        var attribute: String
        var value: String?
        /// The share of hosts that have the value, of those whose value is known.
        var share: Double?
    }

    /// The fleet as a whole.
    struct Summary: Decodable, Sendable {
        var hosts: Int?
        /// How many kinds of hosts there are.
        var classes: Int?
        var meanDifference: Double?
        /// Rao's quadratic entropy.
        var raoQ: Double?
        var effectiveConfigurations: Double?
        /// How much of what is compared is known.
        var coverage: Double?
        var monocultures: [Monoculture]?
        var warnings: [String]?
    }

    /// In how many hosts the matrix still fits a terminal.
    static let widestMatrix = 12

    var summary: Summary
    var hosts: [HostName]?
    var differences: [[Double?]]?

    /// The summary, what nearly all hosts share, and the matrix of a fleet that is not too large.
    func text(in style: Style) -> String {
        var details = Details()
        details.add("Hosts", summary.hosts.map { "\($0), of \(summary.classes.map { "\($0)" } ?? "?") kinds" })
        details.add("Mean difference", Units.hundredths(summary.meanDifference), .strong)
        details.addIfAny("Rao's Q", summary.raoQ.map { Units.hundredths($0) })
        details.add(
            "As if of",
            summary.effectiveConfigurations.map { "\(Units.hundredths($0)) wholly different configurations" })
        details.add("Known", summary.coverage.map { "\(Units.percent($0)) of what is compared" })
        let alike = (summary.monocultures ?? []).map { alike in
            "\(alike.group).\(alike.attribute) is \(alike.value ?? "the same")"
                + (alike.share.map { " on \(Units.percent($0)) of the hosts where it is known" } ?? "")
        }
        if !alike.isEmpty { details.add("Alike", lines: alike, .warning) }
        let warnings = (summary.warnings ?? []).map { style.paint("warning: \($0)", .warning) + "\n" }.joined()
        return details.text(in: style) + warnings + matrix(in: style)
    }

    private func matrix(in style: Style) -> String {
        guard let hosts, let differences, hosts.count > 1, differences.count == hosts.count else { return "" }
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

/// How different the others are from one host, as the API shows it, for people.
struct DistanceReport: Decodable, Sendable {
    /// One group of attributes.
    struct Group: Decodable, Sendable {
        var difference: Double?
        var coverage: Double?

        /// The difference, `nil` when nothing of the group is known.
        var known: Double? { coverage == 0 ? nil : difference }
    }

    /// Another host.
    struct Distance: Decodable, Sendable {
        var host: HostName
        /// `nil` when too little is known.
        var difference: Double?
        var coverage: Double?
        var groups: [String: Group]?
    }

    var from: HostName
    var distances: [Distance]

    /// A table, the most different hosts first.
    func text(in style: Style) -> String {
        guard !distances.isEmpty else { return "there is no host but \(from)\n" }
        let groups = AttributeGroup.allCases.map(\.rawValue)
        let sorted = distances.sorted { ($1.difference ?? -1, $0.host) < ($0.difference ?? -1, $1.host) }
        return Table(
            columns: [.words("From \(from)"), .numbers("Difference")] + groups.map { .numbers($0) }
                + [.numbers("Known")],
            rows: sorted.map { distance in
                [Table.Cell(distance.host), Table.Cell(Units.hundredths(distance.difference), .strong)]
                    + groups.map { Table.Cell(Units.hundredths(distance.groups?[$0]?.known)) }
                    + [Table.Cell(distance.coverage.map { Units.percent($0) })]
            }
        ).text(in: style)
    }
}
