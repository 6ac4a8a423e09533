import ArgumentParser
import FleetAPI
import FleetModel

/// `relocate containers pause NAME`
struct ContainersPause: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Stop the clock of one container: it stays until somebody moves it.",
        discussion: "It goes on running. Moves that operators ask for, and drains, are still made.")

    @OptionGroup var container: ContainerArgument
    @OptionGroup var options: ClientOptions

    func run(_ session: Session) async throws {
        let answer = try await session.api.patch(
            APIPath("containers", container.name.text), ContainerChangesBody(isPaused: true))
        try session.confirm(
            answer, "the clock of \(container.name) is paused until 'relocate containers resume \(container.name)'")
    }
}

/// `relocate containers resume NAME`
struct ContainersResume: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Let the clock move a container again.")

    @OptionGroup var container: ContainerArgument
    @OptionGroup var options: ClientOptions

    func run(_ session: Session) async throws {
        let answer = try await session.api.patch(
            APIPath("containers", container.name.text), ContainerChangesBody(isPaused: false))
        try session.confirm(answer, "the clock of \(container.name) runs: it moves when its time is over")
    }
}

/// `relocate containers policy NAME [POLICY]`
struct ContainersPolicy: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy", abstract: "Show the policy of a container, or give it another one.",
        discussion: "Without POLICY and --tenant it shows which one holds.")

    @OptionGroup var container: ContainerArgument

    @Argument(help: "The policy that is to hold for it.", transform: { try PolicyName($0) })
    var policy: PolicyName?

    @Flag(name: .customLong("tenant"), help: "Let its tenant's policy hold for it again.")
    var isTenants = false

    @OptionGroup var options: ClientOptions

    func validate() throws {
        if isTenants, policy != nil { throw ValidationError("give either a policy or --tenant") }
    }

    func run(_ session: Session) async throws {
        let path = APIPath("containers", container.name.text)
        guard isTenants || policy != nil else { return try await show(path, session) }
        let change = ContainerChangesBody(policy: policy.map { FieldChange.set($0) } ?? .clear)
        let answer = try await session.api.patch(path, change)
        try session.confirm(
            answer, "for \(container.name) \(policy.map { "policy '\($0)'" } ?? "its tenant's policy") holds now")
    }

    private func show(_ path: APIPath, _ session: Session) async throws {
        let answer = try await session.api.get(path)
        let found = try answer.decode(ContainerView.self).container
        var tenant: Tenant?
        if found.policy == nil, !session.wantsJSON {
            tenant = try await session.api.get(APIPath("tenants", found.spec.tenant.text)).decode(Tenant.self)
        }
        try session.confirm(answer, Self.words(for: found, of: tenant))
    }

    /// Which policy holds, and by whose word.
    static func words(for container: Container, of tenant: Tenant?) -> String {
        if let policy = container.policy { return "policy '\(policy)', its own" }
        if let tenant, let policy = tenant.policy { return "policy '\(policy)', that of tenant \(tenant.name)" }
        return "policy 'default': neither it nor tenant \(container.spec.tenant) names one"
    }
}
