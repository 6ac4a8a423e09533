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
            "Only events of this kind: \(Choice.words(EventKind.self)). May be repeated.",
        transform: { try Choice.read($0) })
    var kinds: [EventKind] = []

    @Flag(help: "Only moves, one line for each when it has ended.")
    var moves = false

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
                guard kinds.isEmpty || kinds.contains(where: { $0.rawValue == kind }) else { return }
                let line = try EventLine(kind: kind, data: data)
                if !moves || line.endsMove { try line.write(session) }
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
