import ArgumentParser
import FleetAPI
import FleetModel

/// `relocate containers stop NAME`
struct ContainersStop: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop", abstract: "End a container's process; it is not started anew by itself.",
        discussion: "What it wrote can be read until it is started anew or removed.")

    @OptionGroup var container: ContainerArgument

    @Flag(name: .customLong("no-wait"), help: "Do not wait until it has ended.")
    var noWait = false

    @OptionGroup var options: ClientOptions

    func run(_ session: Session) async throws {
        let seconds = min(session.timeoutSeconds ?? 60, 600)
        let answer = try await session.api.post(
            APIPath("containers", container.name.text, "stop").with("wait", noWait ? nil : Units.plain(seconds)),
            timeout: noWait ? session.api.timeout : .seconds(seconds + 10))
        let state = try answer.decode(ContainerView.self).container.state
        let hasEnded = state != .stopping
        try session.confirm(answer, "\(container.name) is \(hasEnded ? "stopped" : "being stopped")")
        guard hasEnded || noWait else {
            throw ClientError.timedOut("\(container.name) has not ended yet after \(Units.plain(seconds)) s")
        }
    }
}

/// `relocate containers restart NAME`
struct ContainersRestart: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "restart", abstract: "End a container's process and start it anew, without its memory.")

    @OptionGroup var container: ContainerArgument

    @Flag(name: .customLong("no-wait"), help: "Do not wait until it runs.")
    var noWait = false

    @OptionGroup var options: ClientOptions

    func run(_ session: Session) async throws {
        let path = APIPath("containers", container.name.text, "restart")
        try await StartWait(session, isOff: noWait).run { seconds, limit in
            try await session.api.post(path.with("wait", seconds), timeout: limit)
        }
    }
}

/// `relocate containers restart-policy NAME RULE`
struct ContainersRestartPolicy: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "restart-policy", abstract: "Say whether a container is started anew when its process ends.",
        discussion:
            "The first restart comes after a second; each further one in a row after twice as long, up to 5 minutes.")

    @OptionGroup var container: ContainerArgument

    @Argument(help: "One of \(Choice.words(RestartRule.self)).", transform: { try Choice.read($0) })
    var rule: RestartRule

    @OptionGroup var options: ClientOptions

    func run(_ session: Session) async throws {
        let answer = try await session.api.patch(
            APIPath("containers", container.name.text), ContainerChangesBody(restart: rule))
        try session.confirm(answer, "\(container.name): \(rule.words)")
    }
}

extension RestartRule {
    /// What it means, in words.
    var words: String {
        switch self {
        case .never: "it is not started anew when its process ends"
        case .onFailure: "it is started anew when its process ends with a failure"
        case .always: "it is started anew when its process ends"
        }
    }
}
