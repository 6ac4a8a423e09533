import ArgumentParser
import FleetModel

/// Which part of a history is wanted.
struct HistoryOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Only from this time on: RFC 3339, or how long ago, such as 15m.", valueName: "time"),
        transform: { try PointInTime($0) })
    var since: PointInTime?

    @Option(help: ArgumentHelp("Only before this time.", valueName: "time"), transform: { try PointInTime($0) })
    var until: PointInTime?

    @Option(help: ArgumentHelp("How many at most. (default: 50)", valueName: "number"))
    var limit: Int?

    @Flag(help: "All of it.")
    var all = false

    /// Fails for a limit that makes no sense.
    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit must be at least 1, is \(limit)") }
        if all, limit != nil { throw ValidationError("give either --limit or --all") }
    }

    /// How much is wanted.
    var extent: Extent { all ? .all : .newest(limit ?? 50) }

    /// A path with the times in its query.
    func narrow(_ path: APIPath, at now: Timestamp) -> APIPath {
        path.with("since", since?.resolved(at: now)).with("until", until?.resolved(at: now))
    }
}
