import ArgumentParser

/// The verbs that talk to a control plane, in the order in which the help shows them.
enum ClientCommands {
    /// For the configuration of the root command.
    static let all: [any ParsableCommand.Type] = [
        HostsCommand.self, TenantsCommand.self, TrustGroupsCommand.self, ImagesCommand.self, ContainersCommand.self,
        MoveCommand.self,
        RelocationsCommand.self, PolicyCommand.self, ExposureCommand.self, HeterogeneityCommand.self,
        SimulateCommand.self, WatchCommand.self, ActionsCommand.self, AlarmsCommand.self, PauseCommand.self,
        ResumeCommand.self,
    ]
}
