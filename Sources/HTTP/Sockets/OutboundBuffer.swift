import DequeModule
import Glibc

/// The bytes that a socket has not taken yet, as the blocks they came in.
struct OutboundBuffer: Sendable {
    private var blocks: Deque<[UInt8]> = []
    /// How much of the first block is sent.
    private var offset = 0
    private(set) var count = 0

    private static let blocksPerWrite = 16
    private static let joinedAtMost = 16 * 1024

    var isEmpty: Bool { count == 0 }

    mutating func append(_ block: [UInt8]) {
        guard !block.isEmpty else { return }
        blocks.append(block)
        count += block.count
    }

    mutating func removeAll() {
        blocks.removeAll()
        offset = 0
        count = 0
    }

    /// Sends a head and a body with one call where nothing waits before them, and keeps what the socket did not take.
    mutating func send(_ head: [UInt8], _ body: [UInt8], to descriptor: Int32) -> Transfer {
        guard isEmpty else {
            append(head)
            append(body)
            return flush(to: descriptor)
        }
        let result = Self.write(head, body, to: descriptor)
        switch result {
        case .bytes(let sent):
            keep(head, body, after: sent)
        case .wouldBlock:
            keep(head, body, after: 0)
        case .failed:
            break
        }
        return result
    }

    /// Sends as much as the socket takes. What is small may wait in the kernel for more that follows at once.
    mutating func flush(to descriptor: Int32, moreFollows: Bool = false) -> Transfer {
        var total = 0
        while count > 0 {
            switch writeBlocks(to: descriptor, moreFollows: moreFollows) {
            case .bytes(let sent):
                total += sent
                drop(sent)
            case .wouldBlock:
                return total > 0 ? .bytes(total) : .wouldBlock
            case .failed(let number):
                return .failed(errno: number)
            }
        }
        return .bytes(total)
    }

    /// Takes the first bytes out, up to `limit`, and lends them to `body` as one run. Small blocks are joined, so that a head
    /// and its short body are one run.
    mutating func take<R>(upTo limit: Int, _ body: (UnsafeRawBufferPointer) -> R) -> R {
        guard let first = blocks.first else { return body(UnsafeRawBufferPointer(start: nil, count: 0)) }
        if blocks.count == 1 || first.count - offset >= Self.joinedAtMost {
            let range = offset..<min(first.count, offset + limit)
            defer { drop(range.count) }
            return first.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[range])) }
        }
        var joined: [UInt8] = []
        let count = min(count, Self.joinedAtMost, limit)
        joined.reserveCapacity(count)
        while joined.count < count, let block = blocks.first {
            let part = block[offset...].prefix(count - joined.count)
            joined += part
            drop(part.count)
        }
        return joined.withUnsafeBytes(body)
    }

    private mutating func keep(_ head: [UInt8], _ body: [UInt8], after sent: Int) {
        if sent < head.count { append(Array(head[sent...])) }
        let bodySent = max(0, sent - head.count)
        if bodySent == 0 {
            append(body)
        } else if bodySent < body.count {
            append(body)
            offset = bodySent
            count -= bodySent
        }
    }

    private mutating func drop(_ sent: Int) {
        var left = sent
        count -= sent
        while left > 0, let first = blocks.first {
            let rest = first.count - offset
            if left < rest {
                offset += left
                return
            }
            left -= rest
            offset = 0
            blocks.removeFirst()
        }
    }

    private static func write(_ head: [UInt8], _ body: [UInt8], to descriptor: Int32) -> Transfer {
        head.withUnsafeBytes { head in
            body.withUnsafeBytes { body in
                withUnsafeTemporaryAllocation(of: iovec.self, capacity: 2) { vectors in
                    vectors[0] = iovec(head)
                    vectors[1] = iovec(body)
                    return SocketOperations.send(descriptor, vectors)
                }
            }
        }
    }

    private func writeBlocks(to descriptor: Int32, moreFollows: Bool) -> Transfer {
        withUnsafeTemporaryAllocation(of: iovec.self, capacity: Self.blocksPerWrite) { vectors in
            fill(vectors, at: 0) { SocketOperations.send(descriptor, $0, moreFollows: moreFollows) }
        }
    }

    /// Pins one block after the other by recursion, because an array's bytes may only be used inside a closure.
    private func fill(
        _ vectors: UnsafeMutableBufferPointer<iovec>, at index: Int,
        _ send: (UnsafeMutableBufferPointer<iovec>) -> Transfer
    ) -> Transfer {
        guard index < min(blocks.count, Self.blocksPerWrite) else {
            return send(UnsafeMutableBufferPointer(rebasing: vectors[..<index]))
        }
        return blocks[index].withUnsafeBytes { bytes in
            vectors[index] = iovec(UnsafeRawBufferPointer(rebasing: bytes[(index == 0 ? offset : 0)...]))
            return fill(vectors, at: index + 1, send)
        }
    }
}

extension iovec {
    /// The kernel only reads through it.
    fileprivate init(_ bytes: UnsafeRawBufferPointer) {
        self.init(iov_base: UnsafeMutableRawPointer(mutating: bytes.baseAddress), iov_len: bytes.count)
    }
}
