import DequeModule

/// The content of a stream that the peer's windows have not let through yet.
struct HTTP2OutgoingContent: Sendable {
    private var blocks: Deque<[UInt8]> = []
    /// How much of the first block is sent.
    private var offset = 0
    private(set) var count = 0
    /// Nothing will be appended any more.
    private(set) var isComplete = false
    /// What follows.
    var trailers: HTTP2Fields?

    /// Content that is still to be written.
    init() {}

    /// Content that is there as a whole.
    init(_ bytes: [UInt8]) {
        append(bytes)
        finish()
    }

    mutating func append(_ block: [UInt8]) {
        guard !block.isEmpty else { return }
        blocks.append(block)
        count += block.count
    }

    mutating func finish() {
        isComplete = true
    }

    /// Moves as many bytes as fit and are there.
    mutating func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        var filled = 0
        while filled < buffer.count, let block = blocks.first {
            let part = block[offset...].prefix(buffer.count - filled)
            UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]).copyBytes(from: part)
            filled += part.count
            offset += part.count
            if offset == block.count {
                blocks.removeFirst()
                offset = 0
            }
        }
        count -= filled
        return filled
    }
}
