@testable import HTTP

/// What a session makes of a stream of bytes, and what it wants to send because of them.
struct HTTP2Recording: Equatable {
    private(set) var events: [String] = []
    private(set) var output: [UInt8] = []

    /// Receives bytes in pieces of these lengths; what is left comes in one piece. Content is used at once.
    init(_ role: HTTP2Session.Role, _ bytes: [UInt8], pieces: [Int], limits: HTTP2Limits = HTTP2Limits()) {
        let now = MonotonicTime(nanoseconds: 0)
        let session = HTTP2Session(role, limits, MessageLimits(), now: now)
        var rest = bytes[...]
        var lengths = pieces[...]
        while !rest.isEmpty {
            let piece = Array(rest.prefix(max(1, lengths.popFirst() ?? rest.count)))
            rest = rest.dropFirst(piece.count)
            for event in piece.withUnsafeBytes({ session.receive($0, now: now) }) { note(event) }
        }
        drain(session)
    }

    private mutating func drain(_ session: HTTP2Session) {
        while true {
            let (bytes, events) = session.produce(upTo: 1 << 16)
            output += bytes
            for event in events { note(event) }
            if bytes.isEmpty { return }
        }
    }

    private mutating func note(_ event: HTTP2Event) {
        switch event {
        case .headers(let stream, let block, let ends):
            events.append("\(stream) headers \(Self.fields(block)) \(ends) \(block.isTooLarge)")
        case .trailers(let stream, let block):
            events.append("\(stream) trailers \(Self.fields(block))")
        case .content(let stream, let bytes):
            let start = "\(stream) content "
            if let last = events.last, last.hasPrefix(start), let count = Int(last.dropFirst(start.count)) {
                events[events.count - 1] = start + "\(count + bytes.count)"
            } else {
                events.append(start + "\(bytes.count)")
            }
        case .end(let stream): events.append("\(stream) end")
        case .opened(let stream): events.append("\(stream) opened")
        case .sent(let stream, let bytes): events.append("\(stream) sent \(bytes)")
        case .sentEnd(let stream): events.append("\(stream) sent end")
        case .closed(let stream, let code): events.append("\(stream) closed \(code)")
        case .goAway(let stream, let code): events.append("go away \(stream) \(code)")
        case .pong(let number): events.append("pong \(number)")
        case .failed(let code, _): events.append("failed \(code)")
        }
    }

    private static func fields(_ block: HTTP2FieldBlock) -> [String] {
        block.fields.map { field in
            String(decoding: block.bytes[field.name], as: UTF8.self) + "="
                + String(decoding: block.bytes[field.value], as: UTF8.self)
        }
    }
}
