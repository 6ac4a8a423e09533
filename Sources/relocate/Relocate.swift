import ArgumentParser
import FleetModel
import Glibc

/// `relocate`: control plane, agents, the lab, and everything that operators do.
@main
struct Relocate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "relocate",
        abstract: "Keeps containers moving between hosts while their clients stay connected.",
        discussion: ExitStatus.help,
        version: RelocateVersion.current,
        groupedSubcommands: [
            CommandGroup(name: "Services", subcommands: [ServeCommand.self, AgentCommand.self, LabCommand.self]),
            CommandGroup(name: "Operators' verbs", subcommands: ClientCommands.all),
        ])

    static func main() async {
        // A peer that went away is an error of the write, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        await main(nil)
    }
}
