import HTTPTypes
import Synchronization

/// A server's answer. Its content is received as it is read; whoever does not read it to the end ends the exchange by letting
/// go of the response.
public struct ClientResponse: Sendable {
    /// The status.
    public let status: HTTPResponse.Status
    /// The header fields.
    public let headerFields: HTTPFields
    /// The content.
    public let body: ClientResponseBody

    init(_ head: ResponseHead, _ source: (any ResponseBodySource)?) {
        status = HTTPResponse.Status(code: head.status)
        headerFields = head.fields
        body = ClientResponseBody(source)
    }

    /// All of the content. Throws `HTTPError` with the code `payloadTooLarge` if it is larger than `limit` bytes.
    public func collect(upTo limit: Int) async throws -> [UInt8] {
        var collected: [UInt8] = []
        for try await piece in body {
            guard piece.count <= limit - collected.count else {
                throw HTTPError(.payloadTooLarge, "the answer is larger than \(limit) bytes")
            }
            if collected.isEmpty { collected = piece } else { collected += piece }
        }
        return collected
    }
}

/// The content of a server's answer, piece by piece. It can be read once, by one task.
public struct ClientResponseBody: AsyncSequence, Sendable {
    /// A piece of content, never empty.
    public typealias Element = [UInt8]

    private let reader: Reader

    /// Without a source there is no content.
    init(_ source: (any ResponseBodySource)?) {
        reader = Reader(source)
    }

    /// Reads the pieces.
    public struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let reader: Reader

        /// The next piece; nil at the end.
        public mutating func next() async throws -> [UInt8]? {
            try await reader.next()
        }
    }

    /// Begins to read.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(reader: reader)
    }

    /// The fields that came after the content (RFC 9110 section 6.5); none before its end has been read. They are bounded as
    /// `MessageLimits.trailerBytes` says and never join the header fields.
    public var trailerFields: HTTPFields { reader.trailers }

    /// Owns the source until the content has been read.
    fileprivate final class Reader: Sendable {
        private struct State {
            var source: (any ResponseBodySource)?
            var trailers: HTTPFields?
        }

        private let state: Mutex<State>

        init(_ source: (any ResponseBodySource)?) {
            state = Mutex(State(source: source))
        }

        deinit {
            state.withLock { $0.source }?.abandon()
        }

        var trailers: HTTPFields { state.withLock { $0.trailers } ?? [:] }

        func next() async throws -> [UInt8]? {
            guard let source = state.withLock({ $0.source }) else { return nil }
            if let piece = try await source.next() { return piece }
            state.withLock { $0 = State(trailers: source.finish()) }
            return nil
        }
    }
}
