import ArgumentParser
import FleetAPI
import FleetModel

/// `relocate hosts`
struct HostsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hosts",
        abstract: "Show hosts; cordon, drain, label and forget them, and say which are off for good.",
        discussion: "'relocate hosts' lists them, 'relocate hosts NAME' shows one.",
        subcommands: [
            HostsShow.self, HostsCordon.self, HostsUncordon.self, HostsDrain.self, HostsDrainStatus.self,
            HostsLabel.self, HostsLost.self, HostsReadmit.self, HostsForget.self,
        ],
        defaultSubcommand: HostsShow.self)
}

/// `relocate hosts [NAME]`
struct HostsShow: ClientCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "List the hosts, or show one.")

    @Argument(help: "The host; all of them without a name.", transform: { try HostName($0) })
    var name: HostName?

    @OptionGroup var options: ClientOptions

    func run(_ session: Session) async throws {
        if let name {
            let answer = try await session.api.get(APIPath("hosts", name.text))
            try session.show(answer, as: HostView.self) { view in
                Self.details(of: view, session).text(in: session.output.style)
            }
        } else {
            try session.table(
                try await session.api.list(APIPath("hosts"), .all), of: HostView.self,
                ifEmpty: "no host has enrolled yet; start an agent with 'relocate agent'",
                [
                    .words("Host"), .words("Role"), .words("State"), .numbers("Containers"), .numbers("Memory"),
                    .words("Address"), .words("Runtimes"), .words("CRIU"), .numbers("Seen"), .words("Lacks"),
                ]
            ) { Self.row(for: $0, session) }
        }
    }

    private static func row(for view: HostView, _ session: Session) -> [Table.Cell] {
        let host = view.host
        let isWorker = host.role == .worker
        return [
            Table.Cell(host.name), Table.Cell(host.role.rawValue), Table.Cell(host.state.rawValue, host.state.tone),
            Table.Cell(isWorker ? "\(view.containers.count)/\(host.capacity.containers)" : nil),
            Table.Cell(isWorker ? Units.bytes(host.capacity.memoryBytes) : nil),
            Table.Cell(host.address),
            Table.Cell(host.facts.runtimes.map(\.rawValue).joined(separator: ",")),
            Table.Cell(host.facts.criuVersion), Table.Cell("\(session.age(host.lastSeenAt)) ago"),
            Table.Cell(host.facts.problems.joined(separator: "; "), .warning),
        ]
    }

    private static func details(of view: HostView, _ session: Session) -> Details {
        let host = view.host
        let facts = host.facts
        var details = Details()
        details.add("Host", host.name)
        details.add("Role", host.role.rawValue)
        details.add("State", host.state.rawValue, host.state.tone)
        if let loss = host.loss { details.add("Lost", lines: loss.lines, .bad) }
        details.add("Address", host.address)
        details.addIfAny("All addresses", facts.addresses.map(\.description).joined(separator: ", "))
        details.add("Containers", view.containers.map(\.text).joined(separator: ", "))
        details.add("Capacity", "\(host.capacity.containers) containers, \(Units.bytes(host.capacity.memoryBytes))")
        details.add(
            "Machine", "\(facts.cpuCount) × \(facts.cpuModel), \(Units.bytes(facts.memoryBytes)), \(facts.architecture)"
        )
        details.add("System", "\(facts.distribution), Linux \(facts.kernel), cgroup v\(facts.cgroupVersion)")
        details.add("CRIU", facts.criuVersion)
        details.add("runc", facts.runcVersion)
        details.add("Runtimes", facts.runtimes.map(\.rawValue).joined(separator: ", "))
        details.add("Lacks", lines: facts.problems.isEmpty ? [""] : facts.problems, .warning)
        details.addIfAny("Labels", host.labels.sorted { $0.key < $1.key }.map { "\($0)=\($1)" }.joined(separator: ", "))
        for group in AttributeGroup.allCases {
            let attributes = host.profile[group].sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
            if !attributes.isEmpty { details.add("Its \(group.rawValue)", lines: attributes) }
        }
        details.add("Agent", facts.agentVersion)
        details.add("Enrolled", "\(host.enrolledAt), \(session.age(host.enrolledAt)) ago")
        details.add("Last seen", "\(host.lastSeenAt), \(session.age(host.lastSeenAt)) ago")
        return details
    }
}
