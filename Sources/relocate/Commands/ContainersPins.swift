import ArgumentParser
import FleetAPI
import FleetModel

/// `relocate containers pin NAME`
struct ContainersPin: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "pin", abstract: "Keep a container where it is for a while.",
        discussion: """
            Nothing moves it until then, not even a drain or 'relocate move'; 'unpin' lets it go earlier.

            relocate containers pin cache --reason "backup runs" --for 30m
            """)

    @OptionGroup var container: ContainerArgument

    @Option(help: "Why, for those who wonder.")
    var reason: String

    @Option(
        name: .customLong("for"), help: ArgumentHelp("For how long, such as 30m or 2h.", valueName: "duration"),
        transform: { try TimeSpan($0) })
    var span: TimeSpan?

    @Option(
        help: ArgumentHelp("Until when, such as 2026-01-31T12:00:00Z.", valueName: "time"),
        transform: { try Timestamp($0) })
    var until: Timestamp?

    @OptionGroup var options: ClientOptions

    func validate() throws {
        guard (span == nil) != (until == nil) else {
            throw ValidationError("say how long with either --for 30m or --until 2026-01-31T12:00:00Z")
        }
        guard !reason.allSatisfy(\.isWhitespace), reason.count <= 500 else {
            throw ValidationError("--reason must say why, in 1 to 500 characters")
        }
        if let span, !(span.seconds > 0 && span.seconds <= DwellBounds.longestSeconds) {
            throw ValidationError("--for must be above 0 and at most a year")
        }
    }

    func run(_ session: Session) async throws {
        let answer = try await session.api.put(
            APIPath("containers", container.name.text, "pin"),
            PinBody(reason: reason, until: until, seconds: span?.seconds))
        try session.show(answer, as: ContainerView.self) { view in
            let place = view.container.host.map { " to \($0)" } ?? ""
            return "\(container.name) is pinned\(place) until \(view.container.pin?.until.description ?? "then")\n"
        }
    }
}

/// `relocate containers unpin NAME`
struct ContainersUnpin: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "unpin", abstract: "Let a pinned container move again.")

    @OptionGroup var container: ContainerArgument
    @OptionGroup var options: ClientOptions

    func run(_ session: Session) async throws {
        let answer = try await session.api.delete(APIPath("containers", container.name.text, "pin"))
        try session.confirm(answer, "\(container.name) is not pinned: it moves when its time is over")
    }
}
