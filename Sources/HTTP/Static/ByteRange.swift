/// The value of a Range field with one range of bytes (RFC 9110 section 14.1.2).
enum ByteRange: Equatable {
    /// The field asks for these bytes.
    case satisfiable(Range<Int>)
    /// It asks for bytes beyond the end: the answer is 416.
    case unsatisfiable
    /// It is malformed, of another unit or for several ranges: the answer is the whole, as if it were not there.
    case ignored

    init(_ text: String, count: Int) {
        guard text.prefix(6).lowercased() == "bytes=", !text.contains(",") else {
            self = .ignored
            return
        }
        let parts = text.dropFirst("bytes=".count).split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let first = Self.number(parts[0]), let last = Self.number(parts[1]) else {
            self = .ignored
            return
        }
        switch (first, last) {
        case (nil, nil):
            self = .ignored
        case (nil, let suffix?):
            self = suffix == 0 || count == 0 ? .unsatisfiable : .satisfiable(max(0, count - suffix)..<count)
        case (let first?, nil):
            self = first < count ? .satisfiable(first..<count) : .unsatisfiable
        case (let first?, let last?):
            guard first <= last else {
                self = .ignored
                return
            }
            self = first < count ? .satisfiable(first..<min(last + 1, count)) : .unsatisfiable
        }
    }

    /// Nil if the text is no number; a nil within if it is empty.
    private static func number(_ text: Substring) -> Int?? {
        guard !text.isEmpty else { return .some(nil) }
        guard text.utf8.count <= 18, text.utf8.allSatisfy(Characters.isDigit), let value = Int(text) else { return nil }
        return value
    }
}
