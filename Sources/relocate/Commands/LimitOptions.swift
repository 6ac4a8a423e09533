import ArgumentParser
import FleetModel

/// How many moves there may be: the parts of a policy about limits.
struct LimitOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How many moves may run at once in the fleet, 1 to 1000. Only policy 'default' sets it.",
            valueName: "number"))
    var fleet: Int?

    @Option(help: ArgumentHelp("From or to one host, 1 to 100. Only policy 'default' sets it.", valueName: "number"))
    var perHost: Int?

    @Option(help: ArgumentHelp("Of one tenant, 1 to 100.", valueName: "number"))
    var perTenant: Int?

    @Option(
        help: ArgumentHelp(
            "How many moves the clock and drains may start in a minute. Only policy 'default' sets it.",
            valueName: "number|none"),
        transform: { try Self.count($0) })
    var startsPerMinute: Setting?

    @Option(
        help: ArgumentHelp(
            "How long the clock may pause a tenant's containers in an hour, all together.", valueName: "seconds|none"),
        transform: { try Setting($0, orWord: "none") })
    var downtimePerHour: Setting?

    @Option(
        help: ArgumentHelp(
            "How long a destination may take to make everything ready, 1 to 600.", valueName: "seconds"))
    var prepareSeconds: Double?

    @Option(
        help: ArgumentHelp(
            "How long a container may stand still while it is written down, 1 to 600; then it goes on.",
            valueName: "seconds"))
    var checkpointSeconds: Double?

    @Option(
        help: ArgumentHelp("How long a destination may take to bring it back, 1 to 600.", valueName: "seconds"))
    var restoreSeconds: Double?

    /// Whether nothing is to be changed.
    var isEmpty: Bool {
        let numbers: [Any?] = [fleet, perHost, perTenant, prepareSeconds, checkpointSeconds, restoreSeconds]
        return numbers.allSatisfy { $0 == nil } && startsPerMinute == nil && downtimePerHour == nil
    }

    /// Fails for values that fit no policy, before anything is sent.
    func validate() throws {
        var policy = Policy()
        apply(to: &policy)
        try validated { try policy.limits.validate() }
    }

    /// Makes the changes.
    func apply(to policy: inout Policy) {
        var limits = policy.limits
        limits.concurrentInFleet = fleet ?? limits.concurrentInFleet
        limits.concurrentPerHost = perHost ?? limits.concurrentPerHost
        limits.concurrentPerTenant = perTenant ?? limits.concurrentPerTenant
        if let startsPerMinute { limits.startsPerMinute = startsPerMinute.value.flatMap { Int(exactly: $0) } }
        limits.downtimeSecondsPerHour = downtimePerHour.applied(to: limits.downtimeSecondsPerHour)
        limits.prepareSeconds = prepareSeconds ?? limits.prepareSeconds
        limits.checkpointSeconds = checkpointSeconds ?? limits.checkpointSeconds
        limits.restoreSeconds = restoreSeconds ?? limits.restoreSeconds
        policy.limits = limits
    }

    private static func count(_ text: String) throws -> Setting {
        let setting = try Setting(text, orWord: "none")
        if let number = setting.value, Int(exactly: number) == nil {
            throw ClientError.badInput("write a whole number, or 'none'")
        }
        return setting
    }
}
