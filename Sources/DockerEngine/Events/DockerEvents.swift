import HTTP

/// The events of a daemon, as they happen. They can be read once, by one task; whoever stops reading ends the stream by
/// letting go of it. It ends when the daemon ends it.
public struct DockerEvents: AsyncSequence, Sendable {
    /// An event.
    public typealias Element = DockerEvent
    /// What reading throws.
    public typealias Failure = DockerError

    let body: ClientResponseBody
    let wire: EngineWire

    /// Reads the events.
    public struct AsyncIterator: AsyncIteratorProtocol {
        /// What reading throws.
        public typealias Failure = DockerError

        fileprivate var pieces: ClientResponseBody.AsyncIterator
        fileprivate let wire: EngineWire
        fileprivate var lines = LineSplitter()
        fileprivate var ready: ArraySlice<[UInt8]> = []
        fileprivate var hasEnded = false

        /// The next event; `nil` when the daemon has ended the stream.
        public mutating func next() async throws(DockerError) -> DockerEvent? {
            while true {
                if let line = ready.popFirst() { return try EngineJSON.decode(DockerEvent.self, from: line) }
                if hasEnded { return nil }
                let piece: [UInt8]?
                do {
                    piece = try await pieces.next()
                } catch {
                    throw wire.failure(error, doing: "waiting for events")
                }
                if let piece {
                    ready = try lines.split(piece)[...]
                } else {
                    hasEnded = true
                    ready = [lines.finish()].compactMap(\.self)[...]
                }
            }
        }
    }

    /// Begins to read.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(pieces: body.makeAsyncIterator(), wire: wire)
    }
}
