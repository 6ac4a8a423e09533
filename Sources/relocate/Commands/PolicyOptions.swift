import ArgumentParser
import FleetModel

/// The parts of a policy that can be changed, or a file with all of them.
struct PolicyOptions: ParsableArguments {
    @OptionGroup(title: "When containers move")
    var clock: ClockOptions

    @OptionGroup(title: "Where they go")
    var placement: PlacementOptions

    @OptionGroup(title: "How many at once")
    var limits: LimitOptions

    @OptionGroup(title: "What becomes of connections")
    var connections: ConnectionOptions

    @OptionGroup(title: "How long beside others, and what is shared")
    var exposure: ExposureOptions

    @Option(
        help: ArgumentHelp(
            """
            In place of other options: the policy as 'show --json' prints it, edited; '-' is standard input. What is left \
            out stays as it is.
            """, valueName: "file|-"),
        completion: .file(extensions: ["json"]))
    var file: String?

    /// Whether nothing is to be changed.
    var isEmpty: Bool { file == nil && hasNoChange }

    private var hasNoChange: Bool {
        clock.isEmpty && placement.isEmpty && limits.isEmpty && connections.isEmpty && exposure.isEmpty
    }

    /// Fails for a file beside other changes.
    func validate() throws {
        guard file == nil || hasNoChange else {
            throw ValidationError("give either --file or options that change a policy")
        }
    }

    /// What is to be sent.
    func draft() throws -> PolicyDraft {
        if let file { return .document(try InputFile.object(file)) }
        return .changes { policy in
            try clock.apply(to: &policy)
            placement.apply(to: &policy)
            limits.apply(to: &policy)
            connections.apply(to: &policy)
            exposure.apply(to: &policy)
        }
    }
}
