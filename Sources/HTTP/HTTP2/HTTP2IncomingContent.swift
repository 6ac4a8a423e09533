import DequeModule

/// The content of a stream that has arrived and waits for its reader. The stream's window bounds it.
struct HTTP2IncomingContent: Sendable {
    /// Small frames are put together up to this size, so that a million of one byte do not become a million arrays.
    private static let pieceSize = 16 * 1024

    private var pieces: Deque<[UInt8]> = []
    private(set) var count = 0
    private(set) var hasEnded = false

    mutating func append(_ bytes: [UInt8]) {
        count += bytes.count
        if let last = pieces.indices.last, pieces[last].count + bytes.count <= Self.pieceSize {
            pieces[last] += bytes
        } else {
            pieces.append(bytes)
        }
    }

    mutating func end() {
        hasEnded = true
    }

    mutating func next() -> [UInt8]? {
        guard let piece = pieces.popFirst() else { return nil }
        count -= piece.count
        return piece
    }

    /// Everything at once.
    mutating func takeAll() -> [UInt8] {
        guard pieces.count > 1 else { return next() ?? [] }
        defer {
            pieces = []
            count = 0
        }
        return Array(pieces.joined())
    }
}
