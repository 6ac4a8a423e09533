import ArgumentParser
import FleetModel
import HTTPTypes

/// `relocate policy`
struct PolicyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy", abstract: "Show and change when containers move.",
        subcommands: [PolicyShow.self, PolicySet.self], defaultSubcommand: PolicyShow.self)

    /// The fleet's only policy.
    static let path = APIPath("policies", "default")
}

/// `relocate policy show`
struct PolicyShow: ClientCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Show the policy.")

    @OptionGroup var options: ClientOptions

    func run(_ session: Session) async throws {
        try session.show(try await session.api.get(PolicyCommand.path), as: PolicyOnWire.self) {
            $0.details.text(in: session.output.style)
        }
    }
}

/// `relocate policy set`
struct PolicySet: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Change the policy.",
        discussion: """
            A container moves after t* = -ln(1 - T)/λ seconds on a host: T is the threshold, λ the attacks that finish in a \
            second. What is not given stays as it is; --dwell chooses λ so that a stay lasts as long. When somebody else \
            changes the policy at the same time, nothing is changed and the exit code is 1.
            """)

    @OptionGroup var changes: PolicyOptions
    @OptionGroup var options: ClientOptions

    func run(_ session: Session) async throws {
        let answer = try await session.api.get(PolicyCommand.path)
        let changed = changes.applied(to: try answer.decode(PolicyOnWire.self).policy)
        do {
            try changed.validate()
        } catch let error as ModelError {
            throw ClientError.badInput("\(error); nothing was changed")
        }
        let result = try await put(changed, over: answer, session)
        try session.show(result, as: PolicyOnWire.self) { $0.details.text(in: session.output.style) }
    }

    private func put(_ policy: Policy, over answer: Answer, _ session: Session) async throws -> Answer {
        guard let tag = answer.headerFields[.eTag] else {
            throw ClientError.notUnderstood("the policy came without an ETag")
        }
        do {
            return try await session.api.put(PolicyCommand.path, policy, ifMatch: tag)
        } catch ClientError.refused(let problem) where problem.status == 412 {
            throw ClientError.failed(
                "somebody else changed the policy at the same time; nothing of yours was changed\n"
                    + "look with 'relocate policy' and try again")
        }
    }
}
