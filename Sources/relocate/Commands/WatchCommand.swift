import ArgumentParser
import FleetModel

/// `relocate watch`
struct WatchCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch", abstract: "Follow what happens, one line for each event.",
        discussion: """
            Times are UTC. A lost connection is made again, and no event in between is missed. With --json each line is a \
            JSON document.
            """)

    @Option(
        name: .customLong("kind"),
        help:
            "Only events of this kind: \(EventKind.allCases.map(\.rawValue).joined(separator: ", ")). May be repeated.",
        transform: { try EventKind(argument: $0) })
    var kinds: [EventKind] = []

    @Option(help: ArgumentHelp("Begin after the event with this number, not with the present.", valueName: "number"))
    var after: Int64?

    @OptionGroup var options: ClientOptions

    func validate() throws {
        if let after, after < 0 { throw ValidationError("--after must be 0 or more, is \(after)") }
    }

    func run(_ session: Session) async throws {
        var follower = EventFollower(session.api, after: after)
        try await follower.follow { report in
            switch report {
            case .event(let kind, let data):
                if kinds.isEmpty || kinds.contains(where: { $0.rawValue == kind }) {
                    try EventLine(kind: kind, data: data).write(session)
                }
            case .gap:
                try session.complaints.line(
                    "relocate: events in between are no longer in the record; what follows is the present", .warning)
            case .lost(let reason):
                try session.complaints.line("relocate: \(reason); connecting again", .warning)
            case .restored:
                try session.complaints.line("relocate: connected again", .good)
            }
        }
    }
}
