extension DockerEngine {
    /// Opens the stream of events and returns when the daemon has accepted it.
    ///
    /// The daemon accepts a moment before it begins to collect. Whoever must miss nothing gives a time in `since`.
    /// - Parameters:
    ///   - filters: Only events with one of the values for each name, such as `["type": ["container"]]`.
    ///   - since: Begin with the events since this time, in seconds since 1970, as `1700000000.000000001`. The daemon
    ///     remembers the last 256.
    ///   - until: End at this time, in the same form.
    ///   - timeout: How long the daemon may take to accept; the stream itself may be silent for as long as nothing happens.
    public func events(
        filters: [String: [String]] = [:], since: String? = nil, until: String? = nil, timeout: Duration = .seconds(10)
    ) async throws(DockerError) -> DockerEvents {
        let path = EnginePath("/events").with("since", since).with("until", until).with(filters: filters)
        return DockerEvents(body: try await wire.stream(path, within: timeout), wire: wire)
    }
}
