import ArgumentParser
import FleetAPI
import FleetModel

/// The host that a verb is about.
struct HostArgument: ParsableArguments {
    @Argument(help: "The host.", transform: { try HostName($0) })
    var name: HostName
}

/// `relocate hosts cordon NAME`
struct HostsCordon: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "cordon", abstract: "Let no container come to a host; those on it stay.")

    @OptionGroup var host: HostArgument
    @OptionGroup var options: ClientOptions

    func run(_ session: Session) async throws {
        let answer = try await session.api.patch(APIPath("hosts", host.name.text), HostChangesBody(state: .cordoned))
        try session.confirm(answer, "\(host.name) is cordoned: its containers stay, none may come")
    }
}

/// `relocate hosts uncordon NAME`
struct HostsUncordon: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "uncordon", abstract: "Let containers come to a host again.")

    @OptionGroup var host: HostArgument
    @OptionGroup var options: ClientOptions

    func run(_ session: Session) async throws {
        let answer = try await session.api.patch(APIPath("hosts", host.name.text), HostChangesBody(state: .ready))
        try session.confirm(answer, "\(host.name) is ready: containers may come")
    }
}

/// `relocate hosts forget NAME`
struct HostsForget: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "forget", abstract: "Forget a host that holds nothing and whose agent has ended.")

    @OptionGroup var host: HostArgument
    @OptionGroup var options: ClientOptions

    func run(_ session: Session) async throws {
        try session.confirm(
            try await session.api.delete(APIPath("hosts", host.name.text)), "\(host.name) is forgotten")
    }
}
