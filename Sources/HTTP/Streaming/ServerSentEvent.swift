/// An event of an event stream (WHATWG HTML, section 9.2).
public struct ServerSentEvent: Sendable, Hashable {
    /// The media type of event streams.
    static let mediaType = "text/event-stream"

    /// The number or name at which a reader can resume; it must not contain line ends or NUL.
    public var id: String?
    /// The kind; `message` when there is none.
    public var event: String?
    /// The content; it may have several lines. Without it the event only sets `id` or `retry`, or is a comment.
    public var data: String?
    /// After how many milliseconds a reader should connect again.
    public var retryMilliseconds: Int?
    /// Text that readers ignore.
    public var comment: String?

    /// An event of these parts.
    public init(
        id: String? = nil, event: String? = nil, data: String? = nil, retryMilliseconds: Int? = nil,
        comment: String? = nil
    ) {
        self.id = id
        self.event = event
        self.data = data
        self.retryMilliseconds = retryMilliseconds
        self.comment = comment
    }

    /// The event as it is sent. Throws `HTTPError` with the code `invalidHeader` if `id` or `event` contain a line end or
    /// NUL, which would make other fields of them.
    func serialized() throws(HTTPError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(64 + (data?.utf8.count ?? 0))
        if let comment { Self.append("", comment, to: &bytes) }
        if let retryMilliseconds { Self.append("retry", String(retryMilliseconds), to: &bytes) }
        for (name, value) in [("event", event), ("id", id)] {
            guard let value else { continue }
            guard !value.utf8.contains(where: { $0 == 0 || $0 == 0x0A || $0 == 0x0D }) else {
                throw HTTPError(.invalidHeader, "the \(name) of a server-sent event contains a line end or NUL")
            }
            Self.append(name, value, to: &bytes)
        }
        if let data { Self.append("data", data, to: &bytes) }
        bytes.append("\n")
        return bytes
    }

    /// Appends one line `name: text` for each line of the text.
    private static func append(_ name: String, _ text: String, to bytes: inout [UInt8]) {
        var rest = text.utf8[...]
        while true {
            let end = rest.firstIndex { $0 == Characters.lineFeed || $0 == Characters.carriageReturn }
            bytes.append(text: name)
            bytes.append(": ")
            bytes += rest[..<(end ?? rest.endIndex)]
            bytes.append("\n")
            guard let end else { return }
            // CR and LF are one line end.
            let isPair = rest[end] == Characters.carriageReturn && rest[end...].dropFirst().first == Characters.lineFeed
            rest = rest[end...].dropFirst(isPair ? 2 : 1)
        }
    }
}
