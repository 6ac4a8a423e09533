/// What is found out about a container while it still runs, so that the dump takes less time.
struct DumpForesight: Sendable {
    /// What its processes were asked.
    let survey: FamilySurvey
    /// Where the files lie that they watch.
    let watchedPaths: [String]
    /// Whom to ask for its connections, once it stands still; `nil` if its network could not be entered.
    let sockets: SocketDiagnosis?
}
