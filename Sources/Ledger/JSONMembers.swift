/// Goes through the members of a JSON object that is written without any space (RFC 8259, section 4), without a look into their
/// values.
struct JSONMembers: Sequence, IteratorProtocol {
    /// What is left of the text.
    private var rest: ArraySlice<UInt8>
    private var isBegun = false
    /// Whether all members have been gone through, and nothing comes after them. Where the text is anything else than such an
    /// object, there are no more members from there on, and this stays false.
    private(set) var isWhole = false

    init(_ text: ArraySlice<UInt8>) { rest = text }

    /// The next member: its key without quotation marks, and the text of its value.
    mutating func next() -> (key: ArraySlice<UInt8>, value: ArraySlice<UInt8>)? {
        let mark = rest.popFirst()
        if !isBegun {
            guard mark == UInt8(ascii: "{") else { return nil }
            isBegun = true
            if rest.first == UInt8(ascii: "}") { return end(rest.popFirst()) }
        } else if mark != UInt8(ascii: ",") {
            return end(mark)
        }
        guard let key = rest.takeValue()?.plainText, rest.popFirst() == UInt8(ascii: ":"),
            let value = rest.takeValue()
        else {
            rest = []
            return nil
        }
        return (key, value)
    }

    private mutating func end(_ mark: UInt8?) -> Element? {
        isWhole = mark == UInt8(ascii: "}") && rest.isEmpty
        rest = []
        return nil
    }
}

extension ArraySlice<UInt8> {
    /// What is between the quotation marks of a string in which no character is escaped; `nil` for anything else.
    var plainText: ArraySlice<UInt8>? {
        guard count >= 2, first == UInt8(ascii: "\""), last == UInt8(ascii: "\"") else { return nil }
        let text = self[startIndex + 1..<endIndex - 1]
        return text.contains(UInt8(ascii: "\\")) ? nil : text
    }

    /// Takes a value off the front, as far as its quotation marks and brackets tell; `nil` when it has no end.
    fileprivate mutating func takeValue() -> ArraySlice<UInt8>? {
        var (depth, isInString, place) = (0, false, startIndex)
        scan: while place < endIndex {
            switch self[place] {
            case UInt8(ascii: "\\") where isInString: place += 1
            case UInt8(ascii: "\""):
                isInString.toggle()
                if !isInString, depth == 0 {
                    place += 1
                    break scan
                }
            case _ where isInString: break
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                guard depth > 0 else { break scan }
                depth -= 1
                if depth == 0 {
                    place += 1
                    break scan
                }
            case UInt8(ascii: ",") where depth == 0: break scan
            default: break
            }
            place += 1
        }
        guard !isInString, depth == 0, place > startIndex, place <= endIndex else { return nil }
        defer { self = self[place...] }
        return self[startIndex..<place]
    }
}
