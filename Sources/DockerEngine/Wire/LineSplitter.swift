/// Cuts a stream into the lines in which Docker sends one JSON document after the other.
struct LineSplitter {
    /// The longest line that is taken.
    static let lengthLimit = 1024 * 1024

    private var rest: [UInt8] = []

    /// The lines that a piece completes, without empty ones.
    /// - Throws: `DockerError` with the case `invalidAnswer` when a line has no end.
    mutating func split(_ piece: [UInt8]) throws(DockerError) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        var start = piece.startIndex
        while let end = piece[start...].firstIndex(of: UInt8(ascii: "\n")) {
            try append(piece[start..<end])
            if let line = take() { lines.append(line) }
            start = end + 1
        }
        try append(piece[start...])
        return lines
    }

    /// The last line, which may lack its end; `nil` when there is none.
    mutating func finish() -> [UInt8]? { take() }

    private mutating func append(_ bytes: ArraySlice<UInt8>) throws(DockerError) {
        guard rest.count + bytes.count <= Self.lengthLimit else {
            throw .invalidAnswer("a line of it is longer than \(Self.lengthLimit) bytes")
        }
        rest += bytes
    }

    private mutating func take() -> [UInt8]? {
        defer { rest.removeAll(keepingCapacity: rest.count < 64 * 1024) }
        if rest.last == UInt8(ascii: "\r") { rest.removeLast() }
        return rest.isEmpty ? nil : rest
    }
}
