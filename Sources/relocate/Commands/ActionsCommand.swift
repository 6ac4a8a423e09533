import ArgumentParser
import FleetAPI
import FleetModel

/// `relocate actions`
struct ActionsCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "actions", abstract: "The record of every action, newest first.")

    @Option(help: "Only what this one did: an operator, 'clock', 'control-plane' or 'host:NAME'.")
    var actor: String?

    @Option(help: "Only what happened to this host, tenant, container or image.")
    var subject: String?

    @Option(
        name: .customLong("kind"),
        help: "Only of this kind: \(Choice.words(EventKind.self)). May be repeated.",
        transform: { try Choice.read($0) })
    var kinds: [EventKind] = []

    @OptionGroup var extent: HistoryOptions
    @OptionGroup var options: ClientOptions

    func run(_ session: Session) async throws {
        let filtered = kinds.reduce(APIPath("actions").with("actor", actor).with("subject", subject)) {
            $0.with("kind", $1.rawValue)
        }
        try session.table(
            try await session.api.list(extent.narrow(filtered, at: session.now), extent.extent),
            of: ActionView.self, ifEmpty: "nothing in the record matches",
            [.numbers("Number"), .words("Time"), .words("Actor"), .words("Kind"), .words("What")]
        ) { view in
            let sentence = EventSentence(view.event.change, at: view.event.at)
            return [
                Table.Cell(view.event.sequence), Table.Cell(view.event.at), Table.Cell(view.event.actor),
                Table.Cell(view.event.change.kind), Table.Cell(sentence.text, sentence.tone),
            ]
        }
    }
}
