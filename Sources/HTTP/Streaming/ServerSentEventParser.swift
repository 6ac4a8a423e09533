/// Reads an event stream, whatever pieces it arrives in (WHATWG HTML, section 9.2.6).
///
/// Lines may end in CRLF, LF or CR. An event is complete at an empty line; what has no `data` only moves the id and the
/// retry time. Comments are dropped, yet they prove that the connection lives, which is the reader's timeout's business.
struct ServerSentEventParser: Sendable {
    private let limit: Int
    private var line: [UInt8] = []
    private var lastWasCarriageReturn = false
    private var isAtStart = true
    private var eventName: String?
    private var data: [UInt8] = []
    private var hasData = false
    private var retry: Int?
    /// The id of the last event; a reader resumes after it.
    private(set) var lastEventID: String?

    /// A parser that refuses events of more than `limit` bytes.
    init(limit: Int = 16 * 1024 * 1024, lastEventID: String? = nil) {
        self.limit = limit
        self.lastEventID = lastEventID
    }

    /// The events that these bytes complete.
    mutating func parse(_ bytes: some Sequence<UInt8>) throws(HTTPError) -> [ServerSentEvent] {
        var events: [ServerSentEvent] = []
        for byte in bytes {
            switch byte {
            case Characters.lineFeed where lastWasCarriageReturn:
                lastWasCarriageReturn = false
            case Characters.lineFeed, Characters.carriageReturn:
                lastWasCarriageReturn = byte == Characters.carriageReturn
                if let event = endLine() { events.append(event) }
            default:
                lastWasCarriageReturn = false
                line.append(byte)
                guard line.count + data.count <= limit else {
                    throw HTTPError(.payloadTooLarge, "an event is larger than \(limit) bytes")
                }
            }
        }
        return events
    }

    private mutating func endLine() -> ServerSentEvent? {
        defer { line.removeAll(keepingCapacity: true) }
        if isAtStart {
            isAtStart = false
            if line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
        }
        guard !line.isEmpty else { return dispatch() }
        let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
        var value = line[colon...].dropFirst()
        if value.first == Characters.space { value = value.dropFirst() }
        take(String(decoding: line[..<colon], as: UTF8.self), value)
        return nil
    }

    private mutating func take(_ name: String, _ value: ArraySlice<UInt8>) {
        switch name {
        case "event":
            eventName = String(decoding: value, as: UTF8.self)
        case "data":
            if hasData { data.append(Characters.lineFeed) }
            data += value
            hasData = true
        case "id" where !value.contains(0):
            lastEventID = value.isEmpty ? nil : String(decoding: value, as: UTF8.self)
        case "retry" where !value.isEmpty && value.allSatisfy(Characters.isDigit):
            retry = Int(String(decoding: value, as: UTF8.self))
        default:
            break
        }
    }

    private mutating func dispatch() -> ServerSentEvent? {
        defer {
            eventName = nil
            data.removeAll(keepingCapacity: true)
            hasData = false
            retry = nil
        }
        guard hasData || retry != nil else { return nil }
        let text = hasData ? String(decoding: data, as: UTF8.self) : nil
        return ServerSentEvent(id: lastEventID, event: eventName, data: text, retryMilliseconds: retry)
    }
}
