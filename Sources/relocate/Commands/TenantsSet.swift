import ArgumentParser
import FleetAPI
import FleetModel

/// `relocate tenants set NAME`
struct TenantsSet: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Change a tenant's policy, its neighbours, or stop its clock.",
        discussion: """
            What is not given stays as it is.

            relocate tenants set shop --policy night --never-beside rival --never-beside other
            """)

    @Argument(help: "The tenant.", transform: { try TenantName($0) })
    var name: TenantName

    @Option(help: "The policy of its containers.", transform: { try PolicyName($0) })
    var policy: PolicyName?

    @Flag(help: "Let policy 'default' hold for them again.")
    var defaultPolicy = false

    @Option(
        help: """
            A tenant beside whose containers none of its own may ever be, in place of those named before. May be \
            repeated.
            """, transform: { try TenantName($0) })
    var neverBeside: [TenantName] = []

    @Flag(help: "Let its containers be beside anybody's.")
    var besideAll = false

    @Flag(help: "Stop its clock: its containers stay where they are.")
    var paused = false

    @Flag(help: "Let its clock run again.")
    var resumed = false

    @OptionGroup var options: ClientOptions

    func validate() throws {
        let clashes = [
            (policy != nil && defaultPolicy, "--policy or --default-policy"),
            (!neverBeside.isEmpty && besideAll, "--never-beside or --beside-all"),
            (paused && resumed, "--paused or --resumed"),
        ]
        for (isClash, names) in clashes where isClash { throw ValidationError("give either \(names)") }
        if neverBeside.contains(name) { throw ValidationError("--never-beside: a tenant is always beside itself") }
        guard changes != TenantChangesBody() else {
            throw ValidationError("say what is to change, such as --policy night or --paused")
        }
    }

    /// What to send.
    var changes: TenantChangesBody {
        TenantChangesBody(
            policy: policy.map { FieldChange.set($0) } ?? (defaultPolicy ? .clear : .keep),
            neverBeside: neverBeside.isEmpty && !besideAll ? nil : neverBeside,
            isPaused: paused || resumed ? paused : nil)
    }

    func run(_ session: Session) async throws {
        let answer = try await session.api.patch(APIPath("tenants", name.text), changes)
        try session.show(answer, as: Tenant.self) { tenant in
            var details = Details()
            details.add("Tenant", tenant.name)
            details.add("Policy", tenant.policy?.text ?? PolicyName.default.text)
            if let group = tenant.trustGroup { details.add("Trust group", group) }
            details.add("Never beside", tenant.neverBeside.map(\.text).joined(separator: ", "))
            details.add("Clock", tenant.isPaused ? "paused" : "runs", tenant.isPaused ? .warning : .plain)
            return details.text(in: session.output.style)
        }
    }
}
