/// Where a field's name and value lie within the bytes of a head.
struct FieldLine: Sendable {
    var nameStart: UInt32
    var nameEnd: UInt32
    var valueStart: UInt32
    var valueEnd: UInt32

    /// Reads `name: value`, a line without its CRLF (RFC 9112 section 5). The slice's indices must be those of the head.
    init(parsing line: Slice<UnsafeRawBufferPointer>) throws(HTTPError) {
        if let first = line.first, first == Characters.space || first == Characters.tab {
            throw HTTPError(.badRequest, "a header line begins with white space; folded lines are not allowed")
        }
        var colon = line.startIndex
        while colon < line.endIndex, Characters.isToken(line[colon]) { colon += 1 }
        guard colon < line.endIndex, line[colon] == UInt8(ascii: ":") else {
            throw HTTPError(.badRequest, "a header line needs a name of token characters directly followed by a colon")
        }
        guard colon > line.startIndex else { throw HTTPError(.badRequest, "a header line has no name") }
        for index in (colon + 1)..<line.endIndex where !Characters.isFieldValue(line[index]) {
            throw HTTPError(.badRequest, "a header value contains a control character")
        }
        let value = Characters.trimmed(line[(colon + 1)...])
        nameStart = UInt32(line.startIndex)
        nameEnd = UInt32(colon)
        valueStart = UInt32(value.startIndex)
        valueEnd = UInt32(value.endIndex)
    }

    var name: Range<Int> { Int(nameStart)..<Int(nameEnd) }
    var value: Range<Int> { Int(valueStart)..<Int(valueEnd) }
}
