import ArgumentParser
import FleetAPI
import FleetModel

/// `relocate hosts lost NAME --reason TEXT`
struct HostsLost: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "lost", abstract: "Say that a host that is not heard is off for good.",
        discussion: """
            Without --yes it only says what would be lost. With it the gateway cuts the host's containers off, they count as \
            lost, and those created with '--on-host-loss restart' are started anew on other hosts, without their memory. The \
            host is not let in any more before 'relocate hosts readmit NAME'.
            """)

    @OptionGroup var host: HostArgument

    @Option(help: ArgumentHelp("Why, for the record.", valueName: "text"))
    var reason: String

    @Flag(help: "Do it, and do not only say what would be lost.")
    var yes = false

    @OptionGroup var options: ClientOptions

    func run(_ session: Session) async throws {
        let path = APIPath("hosts", host.name.text, "lost")
        do {
            // The control plane waits for the gateway for some seconds.
            let answer = try await session.api.post(
                path, HostLossBody(reason: reason, confirm: yes ? host.name : nil), timeout: .seconds(30))
            try session.show(answer, as: HostView.self) { view in
                let isFenced = view.host.loss?.isFenceWhole == true
                return "\(host.name) is off for good"
                    + (isFenced
                        ? ", and what may still run there is cut off\n" : "; the gateway has yet to cut it off\n")
            }
        } catch ClientError.refused(let problem) where problem.code == "confirmationNeeded" {
            throw ClientError.failed("\(problem.detail ?? problem.title)\nnothing was done; add --yes to do it")
        }
    }
}

/// `relocate hosts readmit NAME`
struct HostsReadmit: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "readmit", abstract: "Let a host in again that was said to be off for good.",
        discussion: """
            Its agent needs the join token again. It ends what it still has of its former containers before it gets any; then \
            the gateway lets their addresses pass again.
            """)

    @OptionGroup var host: HostArgument
    @OptionGroup var options: ClientOptions

    func run(_ session: Session) async throws {
        let answer = try await session.api.post(APIPath("hosts", host.name.text, "readmit"))
        try session.confirm(answer, "\(host.name) may enrol again, with the join token")
    }
}

extension HostLoss {
    /// What is to be known of it, for people.
    var lines: [String] {
        [
            "\(declaredAt) by \(declaredBy): \(reason)",
            fenced.isEmpty
                ? "nothing of it has to be cut off"
                : "\(fenced.count) addresses " + (isFenceWhole ? "are cut off" : "are yet to be cut off"),
        ] + (readmittedAt.map { ["readmitted \($0), and not heard of without its former containers yet"] } ?? [])
    }
}
