import ArgumentParser
import FleetAPI
import FleetModel

/// `relocate containers on-host-loss NAME RULE`
struct ContainersOnHostLoss: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "on-host-loss", abstract: "Say what becomes of a container when its host is lost.",
        discussion:
            "With 'restart' it is started anew on another host, without its memory; with 'stay' it waits for you.")

    @OptionGroup var container: ContainerArgument

    @Argument(help: "One of \(Choice.words(HostLossRule.self)).", transform: { try Choice.read($0) })
    var rule: HostLossRule

    @OptionGroup var options: ClientOptions

    func run(_ session: Session) async throws {
        let answer = try await session.api.patch(
            APIPath("containers", container.name.text), ContainerChangesBody(onHostLoss: rule))
        try session.confirm(answer, "\(container.name): \(rule.words)")
    }
}

extension HostLossRule {
    /// What it means, in words.
    var words: String {
        switch self {
        case .stay: "it stays lost when its host is lost, until somebody starts it"
        case .restart: "it is started anew elsewhere when its host is lost"
        }
    }
}
