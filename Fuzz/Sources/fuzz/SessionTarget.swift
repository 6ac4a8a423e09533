import HTTPTypes

@testable import HTTP

/// HTTP/2 sessions: the same events and the same output however the bytes are cut; with a handler that answers, content
/// that is used late, and streams that are reset, nothing traps, memory stays within the windows, and a session that has
/// failed comes to its end.
enum SessionTarget {
    private static let now = MonotonicTime(nanoseconds: 1 << 40)

    private static let limits: HTTP2Limits = {
        var limits = HTTP2Limits()
        limits.streamWindow = 1000
        limits.connectionWindow = 100_000
        limits.maxConcurrentStreams = 5
        return limits
    }()

    static func run(_ input: Input) {
        let isClient = input.seed & 2 == 2
        // Most inputs would not get beyond the preface and the first frame.
        var opening = isClient ? [] : HTTP2Preface.bytes
        opening += [0, 0, 0, 4, 0, 0, 0, 0, 0]
        let whole = read(isClient, opening, input, [input.bytes.count])
        for salt: UInt64 in 0..<2 {
            let cut = read(isClient, opening, input, input.pieces(salt))
            promise(cut == whole, "cut into pieces the bytes read differently:\n\(whole)\n\(cut)")
        }
        Conversation(isClient, input).hold(opening + input.bytes, input.pieces(2))
    }

    // MARK: - However it is cut

    private struct Reading: Equatable {
        var events: [String] = []
        var content: [Int32: [UInt8]] = [:]
        var output: [UInt8] = []
        /// The peer takes no more. The library then reads to the end of the piece that it has, and perhaps nothing after it.
        var isOver = false
    }

    private static func read(_ isClient: Bool, _ opening: [UInt8], _ input: Input, _ pieces: [Int]) -> Reading {
        let session = makeSession(isClient, input.seed)
        var reading = Reading()
        receive(opening, session, &reading)
        var rest = input.bytes[...]
        for piece in pieces {
            receive(Array(rest.prefix(piece)), session, &reading)
            rest = rest.dropFirst(piece)
        }
        if !reading.isOver { reading.output = produce(session) }
        return reading
    }

    private static func receive(_ bytes: [UInt8], _ session: HTTP2Session, _ reading: inout Reading) {
        for event in bytes.withUnsafeBytes({ session.receive($0, now: now) }) where !reading.isOver {
            switch event {
            case .goAway:
                reading.isOver = true
            case .content(let stream, let bytes):
                promise(!bytes.isEmpty, "a piece of content is empty")
                reading.content[stream, default: []] += bytes
            case .headers(let stream, let block, let ends):
                reading.events.append("headers \(stream) \(block.bytes) \(block.isTooLarge) \(ends)")
            case .trailers(let stream, let block):
                reading.events.append("trailers \(stream) \(block.bytes) \(block.isTooLarge)")
            default:
                reading.events.append("\(event)")
            }
        }
    }

    fileprivate static func makeSession(_ isClient: Bool, _ seed: UInt8) -> HTTP2Session {
        let session = HTTP2Session(isClient ? .client : .server, limits, fuzz.limits(seed), now: now)
        guard isClient else { return session }
        for path in ["/a", "/b"] {
            let fields = try? HTTP2Fields(
                method: .get, scheme: "http", authority: "a", target: path, contentLength: nil, HTTPFields())
            guard let fields else { fatalError("a plain request cannot be written") }
            _ = session.submitRequest(fields, path == "/a" ? .none : .written)
        }
        _ = produce(session)
        return session
    }

    /// Everything that is to be sent now.
    @discardableResult
    fileprivate static func produce(_ session: HTTP2Session) -> [UInt8] {
        var output: [UInt8] = []
        while true {
            let bytes = session.produce(upTo: 4096).bytes
            if bytes.isEmpty { return output }
            output += bytes
            promise(output.count < 1 << 24, "the session never stops to send")
        }
    }

    // MARK: - With someone who acts

    private final class Conversation {
        private let session: HTTP2Session
        private let limits: MessageLimits
        private var choices: Choices
        private var unused: [Int32: Int] = [:]
        private var hasFailed = false

        init(_ isClient: Bool, _ input: Input) {
            session = makeSession(isClient, input.seed)
            limits = fuzz.limits(input.seed)
            choices = Choices(seed: UInt64(input.seed) << 32 | UInt64(input.bytes.count))
        }

        func hold(_ bytes: [UInt8], _ pieces: [Int]) {
            var rest = bytes[...]
            for piece in [bytes.count - pieces.reduce(0, +)] + pieces {
                let part = Array(rest.prefix(piece))
                rest = rest.dropFirst(piece)
                for event in part.withUnsafeBytes({ session.receive($0, now: now) }) { take(event) }
                for stream in Array(unused.keys) where choices.next() % 3 == 0 { act(on: stream) }
                if choices.next() % 2 == 0 { produce(session) }
            }
            produce(session)
            promise(!hasFailed || session.isFinished, "a session that has failed does not end")
        }

        private func take(_ event: HTTP2Event) {
            promise(!hasFailed, "something follows the failure")
            switch event {
            case .headers(let stream, let block, let endsStream):
                promise(block.bytes.count <= limits.headBytes, "a head is larger than its limit")
                unused[stream, default: 0] += 0
                if session.role == .server { answer(stream, block, hasContent: !endsStream) }
            case .content(let stream, let bytes):
                unused[stream, default: 0] += bytes.count
                promise(unused.values.reduce(0, +) <= 100_000, "more content has come than the window allows")
            case .trailers(_, let block):
                guard let trailers = try? block.trailers() else { return }
                let size = trailers.reduce(0) { $0 + $1.name.rawName.utf8.count + $1.value.utf8.count }
                promise(size <= limits.trailerBytes, "trailers are larger than their limit")
            case .failed:
                hasFailed = true
            default:
                break
            }
        }

        private func answer(_ stream: Int32, _ block: HTTP2FieldBlock, hasContent: Bool) {
            guard let head = try? RequestHead(block, hasContent: hasContent, limits: limits),
                let request = try? Request(head, body: RequestBody([]), peer: .unknown, security: nil),
                let fields = try? HTTP2Fields(.text(request.path), contentLength: nil, requestID: nil)
            else { return session.reset(stream, .protocolError) }
            promise(request.path.hasPrefix("/") || request.path == "*", "the path is absolute")
            let isInline = choices.next() % 2 == 0
            session.submitResponse(stream, fields, isInline ? .bytes(Array(request.path.utf8)) : .written)
        }

        private func act(on stream: Int32) {
            switch choices.next() % 6 {
            case 0: session.write([UInt8](repeating: 120, count: 100), stream)
            case 1:
                let fields: HTTPFields = choices.next() % 2 == 0 ? [:] : [.eTag: "x"]
                if let trailers = try? HTTP2Fields(trailers: fields) { session.setTrailers(trailers, stream) }
                session.finish(stream)
            case 2 where choices.next() % 4 == 0: session.reset(stream, .cancel)
            case 3 where choices.next() % 8 == 0: session.announceShutdown()
            case 4 where choices.next() % 8 == 0: session.goAway()
            default:
                session.consume(unused[stream] ?? 0, stream)
                unused[stream] = nil
            }
        }
    }
}
