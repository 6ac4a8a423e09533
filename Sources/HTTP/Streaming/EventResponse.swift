import HTTPTypes

extension Response {
    /// A stream of events, which lasts as long as the closure runs.
    ///
    /// At each interval a real event `heartbeat` without id goes out, so that readers can tell silence from a dead
    /// connection. The closure's task is cancelled when the reader disconnects, when it has not read for the server's
    /// `writeTimeout`, and when the server shuts down; then the stream ends in good order if that is still possible.
    public static func events(
        heartbeat: Duration = .seconds(15), headerFields: HTTPFields = [:],
        _ body: @escaping @Sendable (EventWriter) async throws -> Void
    ) -> Response {
        var fields = headerFields
        fields[.contentType] = ServerSentEvent.mediaType
        fields[.cacheControl] = "no-store"
        return Response(
            headerFields: fields,
            body: .stream(contentLength: nil) { writer in
                let events = EventWriter(writer)
                do {
                    // Ends with the closure, because nobody waits for it.
                    async let _ = beat(events, every: heartbeat)
                    try await body(events)
                } catch is CancellationError {
                    // The stream was asked to end: that is its normal end.
                }
            })
    }

    private static func beat(_ events: EventWriter, every interval: Duration) async throws {
        while true {
            try await Task.sleep(for: interval)
            try await events.send(ServerSentEvent(event: "heartbeat", data: ""))
        }
    }
}
