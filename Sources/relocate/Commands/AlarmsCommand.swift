import ArgumentParser
import FleetModel

/// `relocate alarms`
struct AlarmsCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "alarms", abstract: "What an operator must know of now.")

    @OptionGroup var options: ClientOptions

    func run(_ session: Session) async throws {
        try session.table(
            try await session.api.list(APIPath("alarms"), .all), of: Alarm.self, ifEmpty: "no alarm stands",
            [.words("Alarm"), .words("Subject"), .numbers("Stands for"), .words("Message")]
        ) { alarm in
            [
                Table.Cell(alarm.kind.rawValue, .bad), Table.Cell(alarm.subject),
                Table.Cell(session.age(alarm.raisedAt)), Table.Cell(alarm.message),
            ]
        }
    }
}
