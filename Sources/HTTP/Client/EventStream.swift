import HTTPTypes

/// The events of a server, as they arrive. It can be read once, by one task; back-pressure reaches the server.
///
/// It ends when the server ends it, and throws `HTTPError` with the code `timeout` when nothing at all, not even a
/// heartbeat, has come for the read timeout: a peer that died without a word is noticed.
public struct EventStream: AsyncSequence, Sendable {
    /// An event. Its id is the last one that the server has given, which is where to resume.
    public typealias Element = ServerSentEvent

    /// The header fields of the answer.
    public let headerFields: HTTPFields
    private let body: ClientResponseBody
    private let lastEventID: String?

    init(_ response: ClientResponse, lastEventID: String?) {
        headerFields = response.headerFields
        body = response.body
        self.lastEventID = lastEventID
    }

    /// Reads the events.
    public struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate var pieces: ClientResponseBody.AsyncIterator
        fileprivate var parser: ServerSentEventParser
        fileprivate var ready: ArraySlice<ServerSentEvent> = []

        /// The next event; nil when the server has ended the stream.
        public mutating func next() async throws -> ServerSentEvent? {
            while true {
                if let event = ready.popFirst() { return event }
                guard let piece = try await pieces.next() else { return nil }
                ready = try parser.parse(piece)[...]
            }
        }
    }

    /// Begins to read.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(pieces: body.makeAsyncIterator(), parser: ServerSentEventParser(lastEventID: lastEventID))
    }
}

extension HTTPClient {
    /// Opens a stream of events and returns when the server has accepted it.
    ///
    /// - Parameters:
    ///   - pathAndQuery: Path and query, encoded, beginning with a slash.
    ///   - headerFields: Fields in addition to those of the configuration.
    ///   - lastEventID: The last event seen; the server goes on after it.
    ///   - readTimeout: The longest silence. It should be more than twice the server's heartbeat.
    /// - Throws: what `send` throws, and a `Problem` with the server's status if that is not 200 or the answer is no event
    ///   stream.
    public func events(
        _ pathAndQuery: String, headerFields: HTTPFields = [:], lastEventID: String? = nil,
        readTimeout: Duration = .seconds(40)
    ) async throws -> EventStream {
        var fields = headerFields
        fields[.accept] = ServerSentEvent.mediaType
        if let lastEventID, let name = HTTPField.Name("Last-Event-ID") { fields[name] = lastEventID }
        let response = try await send(.get, pathAndQuery, headerFields: fields, timeout: readTimeout)
        let isStream = response.headerFields[.contentType]?.hasPrefix(ServerSentEvent.mediaType) ?? false
        guard response.status.code == 200, isStream else { throw await response.problem() }
        return EventStream(response, lastEventID: lastEventID)
    }
}
