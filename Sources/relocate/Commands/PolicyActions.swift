import ArgumentParser
import FleetAPI
import FleetModel

/// `relocate policy set [NAME]`
struct PolicySet: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Change a policy.",
        discussion: """
            What is not given stays as it is. With a threshold T and an assumed attack time A, a stay ends at the latest \
            after t* = -ln(1 - T)·A seconds; --dwell chooses A so that t* is as long. 'relocate policy preview' takes the \
            same options and shows what they would do. When somebody else changes the policy at the same time, nothing is \
            changed, it says who changed what, and the exit code is 1.

            relocate policy set --dwell 300
            relocate policy set night --clock periodic --dwell 3600 --jitter 0.2
            """)

    @OptionGroup var policy: PolicyArgument
    @OptionGroup var changes: PolicyOptions
    @OptionGroup var options: ClientOptions

    func validate() throws {
        if changes.isEmpty { throw ValidationError("say what is to change, such as --dwell 300") }
    }

    func run(_ session: Session) async throws {
        let draft = try changes.draft()
        let edit = try await PolicyEdit.begin(policy.name, session)
        try await edit.check(draft)
        let before = edit.base.record.policy
        let wanted = try draft.result(over: before)
        guard wanted != before else {
            return try session.confirm(edit.answer, "policy '\(policy.name)' says so already; nothing was changed")
        }
        let body = try draft.body(over: before)
        let result = try await edit.make(wanted: wanted) { tag in
            try await session.api.put(policy.path, body, ifMatch: tag)
        }
        try session.show(result, as: PolicyView.self) { view in
            let changed = try PolicyDifference(from: before, to: view.record.policy).changes
            return PolicyReport(view: view, now: session.now, changes: changed).details.text(in: session.output.style)
        }
    }
}

/// `relocate policy create NAME`
struct PolicyCreate: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Add a policy.",
        discussion: """
            What is not given is as in policy 'default'. It holds for nothing until tenants or containers name it.

            relocate policy create night --clock periodic --dwell 3600 --jitter 0.2
            """)

    @OptionGroup var policy: NamedPolicyArgument
    @OptionGroup var changes: PolicyOptions
    @OptionGroup var options: ClientOptions

    func run(_ session: Session) async throws {
        let draft = try changes.draft()
        let base = try await session.api.get(APIPath("policies", PolicyName.default.text)).decode(PolicyView.self)
        var body = try draft.body(over: base.record.policy)
        body["name"] = .string(policy.name.text)
        try session.show(try await session.api.post(APIPath("policies"), body), as: PolicyView.self) { view in
            let changed = try PolicyDifference(from: base.record.policy, to: view.record.policy).changes
            let details = PolicyReport(view: view, now: session.now).details.text(in: session.output.style)
            return details
                + (changed.isEmpty
                    ? "it is as policy 'default'; change it with 'relocate policy set \(policy.name)'\n" : "")
        }
    }
}

/// `relocate policy delete NAME`
struct PolicyDelete: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Remove a policy that no tenant and no container names.")

    @OptionGroup var policy: NamedPolicyArgument
    @OptionGroup var options: ClientOptions

    func validate() throws {
        if policy.name == .default { throw ValidationError("policy 'default' always exists") }
    }

    func run(_ session: Session) async throws {
        let edit = try await PolicyEdit.begin(policy.name, session)
        let answer = try await edit.make { tag in
            try await session.api.delete(APIPath("policies", policy.name.text), ifMatch: tag)
        }
        try session.confirm(answer, "policy '\(policy.name)' is removed")
    }
}

/// `relocate policy restore NAME VERSION`
struct PolicyRestore: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Make an older version of a policy the present one again.",
        discussion: "It gets a new number; 'relocate policy history NAME' lists the versions.")

    @OptionGroup var policy: NamedPolicyArgument

    @Argument(help: ArgumentHelp("The version.", valueName: "version"))
    var number: Int

    @OptionGroup var options: ClientOptions

    func validate() throws {
        guard number >= 0 else { throw ValidationError("versions are numbered from 1, is \(number)") }
    }

    func run(_ session: Session) async throws {
        let edit = try await PolicyEdit.begin(policy.name, session)
        guard edit.base.record.version != number else {
            return try session.confirm(
                edit.answer, "version \(number) is the present one of policy '\(policy.name)'; nothing was changed")
        }
        let answer = try await edit.make { tag in
            try await session.api.post(
                APIPath("policies", policy.name.text, "restore"), RestorationBody(version: number), ifMatch: tag)
        }
        try session.show(answer, as: PolicyView.self) { view in
            let changed = try PolicyDifference(from: edit.base.record.policy, to: view.record.policy).changes
            return PolicyReport(view: view, now: session.now, changes: changed).details.text(in: session.output.style)
        }
    }
}

/// `relocate policy preview [NAME]`
struct PolicyPreview: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "preview", abstract: "Show what a policy does, or would do if it were changed.",
        discussion: """
            It takes the options of 'set' and changes nothing: how long stays are, how many moves that makes, how attacks \
            fare, and where containers would go. With --container it looks at the policy that holds for it unless another \
            one is named.

            relocate policy preview --dwell 60
            relocate policy preview --container cache --rule balanced
            """)

    @Argument(help: "The policy; the container's, or 'default', without a name.", transform: { try PolicyName($0) })
    var name: PolicyName?

    @OptionGroup var changes: PolicyOptions

    @Option(
        help: "The container that is looked at; one like any other when not given.",
        transform: { try ContainerName($0) })
    var container: ContainerName?

    @Option(
        name: .customLong("from"), help: "The host that is left; the container's, or several, when not given.",
        transform: { try HostName($0) })
    var source: HostName?

    @OptionGroup var options: ClientOptions

    func run(_ session: Session) async throws {
        let draft = try changes.draft()
        let path = APIPath("policies", "preview").with("base", name).with("container", container).with("from", source)
        // Without a change it answers with the policy as it is, whose ever that is.
        let present = try await session.api.post(path, [String: JSONValue]())
        let now = try present.decode(PolicyPreviewView.self)
        guard !changes.isEmpty else {
            return try session.show(present, as: PolicyPreviewView.self) {
                try PolicyPreviewReport(view: $0).text(besides: nil, in: session.output.style)
            }
        }
        let answer = try await session.api.post(path, try draft.body(over: now.policy))
        try session.show(answer, as: PolicyPreviewView.self) { then in
            try PolicyPreviewReport(view: then).text(besides: now, in: session.output.style)
        }
    }
}
