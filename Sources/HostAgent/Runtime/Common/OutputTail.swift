/// The end of what a container has written.
enum OutputTail {
    /// The last bytes as text, invalid UTF-8 replaced. They begin with a whole line, unless a single line is longer.
    /// - Parameters:
    ///   - count: how many bytes at most.
    ///   - isCut: whether the bytes may begin within a line.
    static func text(of bytes: [UInt8], last count: Int, isCut: Bool = false) -> String {
        let count = max(0, count)
        var tail = bytes.suffix(count)
        let newline = UInt8(ascii: "\n")
        let beginsWithin = tail.count < bytes.count ? bytes[bytes.count - tail.count - 1] != newline : isCut
        if beginsWithin, let end = tail.firstIndex(of: newline), end + 1 < tail.endIndex {
            tail = tail[(end + 1)...]
        }
        return String(decoding: tail, as: UTF8.self)
    }
}
