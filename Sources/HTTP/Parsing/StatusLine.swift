/// The first line of a response: `version SP code SP reason` (RFC 9112 section 4).
struct StatusLine: Sendable {
    var code: Int
    var minorVersion: Int

    init(parsing line: Slice<UnsafeRawBufferPointer>) throws(HTTPError) {
        let start = line.startIndex
        guard line.count >= 12, line.starts(with: "HTTP/1.".utf8), Characters.isDigit(line[start + 7]),
            line[start + 8] == Characters.space, let code = Characters.decimal(line[(start + 9)..<(start + 12)]),
            (100...599).contains(code), line.count == 12 || line[start + 12] == Characters.space,
            line.allSatisfy(Characters.isFieldValue)
        else {
            throw HTTPError(.invalidResponse, "the answer does not begin with a status line of HTTP/1.x")
        }
        self.code = code
        minorVersion = line[start + 7] == UInt8(ascii: "0") ? 0 : 1
    }
}
