/// Reads over the extensions of one chunk, byte by byte, and keeps nothing of them.
///
/// The grammar is that of RFC 9112 section 7.1.1: `*( BWS ";" BWS name [ BWS "=" BWS ( token / quoted ) ] )`. Space that
/// no semicolon follows is none of it, nor is a semicolon without a name: that is where parsers have disagreed.
struct ChunkExtension: Sendable {
    private enum State: Sendable {
        case beforeSemicolon
        case beforeName
        case name
        case afterName
        case beforeValue
        case token
        case quoted
        case escaped
        case afterQuoted
    }

    private var state = State.beforeSemicolon

    /// Whether the line may end here.
    var mayEnd: Bool {
        switch state {
        case .name, .token, .afterQuoted: true
        case .beforeSemicolon, .beforeName, .afterName, .beforeValue, .quoted, .escaped: false
        }
    }

    /// Takes the next byte after the size, which is no line end.
    mutating func consume(_ byte: UInt8) throws(HTTPError) {
        guard let next = following(byte) else {
            throw HTTPError(.badRequest, "a chunk extension must be ';' and a name, optionally with '=' and a value")
        }
        state = next
    }

    private func following(_ byte: UInt8) -> State? {
        let isSpace = byte == Characters.space || byte == Characters.tab
        let isToken = Characters.isToken(byte)
        switch state {
        case .beforeSemicolon:
            return isSpace ? .beforeSemicolon : separator(byte)
        case .beforeName:
            if isSpace { return .beforeName }
            return isToken ? .name : nil
        case .name where isToken:
            return .name
        case .name, .afterName:
            if isSpace { return .afterName }
            return byte == UInt8(ascii: "=") ? .beforeValue : separator(byte)
        case .beforeValue:
            if isSpace { return .beforeValue }
            if byte == UInt8(ascii: "\"") { return .quoted }
            return isToken ? .token : nil
        case .token where isToken:
            return .token
        case .token, .afterQuoted:
            return isSpace ? .beforeSemicolon : separator(byte)
        case .quoted where byte == UInt8(ascii: "\""):
            return .afterQuoted
        case .quoted where byte == UInt8(ascii: "\\"):
            return .escaped
        case .quoted, .escaped:
            return Characters.isFieldValue(byte) ? .quoted : nil
        }
    }

    private func separator(_ byte: UInt8) -> State? {
        byte == UInt8(ascii: ";") ? .beforeName : nil
    }
}
