import ArgumentParser
import FleetAPI
import FleetModel

/// `relocate policy`
struct PolicyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy", abstract: "Say when containers move and where to.",
        discussion: """
            Policy 'default' always exists and holds for everything that names no other; tenants and containers name \
            theirs with 'relocate tenants set' and 'relocate containers policy'.
            """,
        subcommands: [
            PolicyList.self, PolicyShow.self, PolicySet.self, PolicyCreate.self, PolicyDelete.self,
            PolicyHistory.self, PolicyRestore.self, PolicyPreview.self,
        ],
        defaultSubcommand: PolicyShow.self)
}

/// The policy that a verb is about, `default` when none is named.
struct PolicyArgument: ParsableArguments {
    @Argument(help: "The policy; 'default' without a name.", transform: { try PolicyName($0) })
    var name: PolicyName = .default

    /// Where it is.
    var path: APIPath { APIPath("policies", name.text) }
}

/// A policy that must be named.
struct NamedPolicyArgument: ParsableArguments {
    @Argument(help: "The policy.", transform: { try PolicyName($0) })
    var name: PolicyName
}

/// `relocate policy list`
struct PolicyList: ClientCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the policies.")

    @OptionGroup var options: ClientOptions

    func run(_ session: Session) async throws {
        try session.table(
            try await session.api.list(APIPath("policies"), .all), of: PolicyView.self,
            ifEmpty: "there are no policies",
            [
                .words("Policy"), .numbers("Version"), .words("Clock"), .numbers("Stays"), .numbers("At most"),
                .words("Rule"), .words("Holds for"), .words("Changed by"), .numbers("Changed"),
            ]
        ) { Self.row(for: $0, session) }
    }

    private static func row(for view: PolicyView, _ session: Session) -> [Table.Cell] {
        let (record, derived) = (view.record, view.derived)
        let isBuiltIn = record.version == 0
        return [
            Table.Cell(record.name), Table.Cell(record.version), Table.Cell(record.policy.clock.name.rawValue),
            Table.Cell(derived?.meanStaySeconds.map { Units.span(seconds: $0.rounded()) }),
            Table.Cell(derived?.maxStaySeconds.map { Units.span(seconds: $0.rounded()) }),
            Table.Cell(record.policy.placement.rule.rawValue),
            Table.Cell(record.name == .default ? "all others" : derived?.usedBy.joined(separator: ", ")),
            Table.Cell(isBuiltIn ? nil : record.changedBy),
            Table.Cell(isBuiltIn ? nil : "\(session.age(record.changedAt)) ago"),
        ]
    }
}

/// `relocate policy show [NAME] [VERSION]`
struct PolicyShow: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a policy.",
        discussion: "With --json it is what 'set', 'create' and 'preview' take with --file.")

    @OptionGroup var policy: PolicyArgument

    @Argument(help: ArgumentHelp("The version; the present one without a number.", valueName: "version"))
    var number: Int?

    @OptionGroup var options: ClientOptions

    func run(_ session: Session) async throws {
        let path = number.map { APIPath("policies", policy.name.text, "versions", String($0)) } ?? policy.path
        try session.show(try await session.api.get(path), as: PolicyView.self) { view in
            PolicyReport(view: view, now: session.now).details.text(in: session.output.style)
        }
    }
}

/// `relocate policy history [NAME]`
struct PolicyHistory: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "List a policy's versions, newest first, with what each changed.")

    @OptionGroup var policy: PolicyArgument

    @Option(help: ArgumentHelp("How many at most.", valueName: "number"))
    var limit = 50

    @OptionGroup var options: ClientOptions

    func validate() throws {
        guard limit >= 1 else { throw ValidationError("--limit must be at least 1, is \(limit)") }
    }

    func run(_ session: Session) async throws {
        // What the oldest one changed is seen only beside the one before it.
        let count = session.wantsJSON ? limit : limit + 1
        let answer = try await session.api.list(APIPath("policies", policy.name.text, "versions"), .newest(count))
        try session.show(answer, as: ListView<PolicyView>.self) { list in
            let history = HistoryTable(records: list.items.map(\.record), limit: limit, now: session.now)
            guard !list.items.isEmpty else { return "policy '\(policy.name)' was never changed\n" }
            return try history.table.text(in: session.output.style)
        }
    }
}

/// The versions of a policy with what each changed of the one before.
struct HistoryTable {
    /// The versions, the newest first.
    let records: [PolicyRecord]
    /// How many are shown.
    let limit: Int
    let now: Timestamp

    /// A row for each version.
    var table: Table {
        get throws {
            let rows = try records.prefix(limit).enumerated().map { index, record in
                let age = Units.span(seconds: now.seconds(since: record.changedAt))
                return [
                    Table.Cell(record.version), Table.Cell("\(age) ago"), Table.Cell(record.changedBy),
                    Table.Cell(try change(at: index)),
                ]
            }
            return Table(
                columns: [.numbers("Version"), .numbers("Changed"), .words("By"), .words("What")], rows: rows)
        }
    }

    private func change(at index: Int) throws -> String {
        guard records.indices.contains(index + 1) else {
            return records[index].version <= 1 ? "created: \(records[index].policy.clockWords)" : ""
        }
        let words = try PolicyDifference(from: records[index + 1].policy, to: records[index].policy).words
        return words.isEmpty ? "nothing" : words
    }
}
