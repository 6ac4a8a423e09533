/// Bytes that were received and not used yet, in one reused block of memory.
struct InboundBuffer: Sendable {
    private var storage: [UInt8] = []
    private var start = 0
    private var end = 0

    private static let smallest = 4 * 1024
    private static let largest = 64 * 1024

    var count: Int { end - start }
    var isEmpty: Bool { start == end }

    /// Lets `receive` write into free space, and keeps as many bytes as it says.
    mutating func fill<R>(_ receive: (UnsafeMutableRawBufferPointer) -> (count: Int, result: R)) -> R {
        makeSpace()
        let end = end
        let (count, result) = storage.withUnsafeMutableBytes {
            receive(UnsafeMutableRawBufferPointer(rebasing: $0[end...]))
        }
        self.end += count
        return result
    }

    /// The unused bytes.
    func withBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
        let range = start..<end
        var result: Result<R, E>?
        storage.withUnsafeBytes { bytes in
            do throws(E) {
                result = .success(try body(UnsafeRawBufferPointer(rebasing: bytes[range])))
            } catch {
                result = .failure(error)
            }
        }
        guard let result else { preconditionFailure("the closure always runs") }
        return try result.get()
    }

    /// Drops bytes that have been used.
    mutating func consume(_ count: Int) {
        start += count
        guard start == end else { return }
        start = 0
        end = 0
    }

    /// Gives the memory of a large message back before the connection goes idle.
    mutating func shrink() {
        if isEmpty, storage.count > Self.smallest { storage = [] }
    }

    mutating func removeAll() {
        storage = []
        start = 0
        end = 0
    }

    private mutating func makeSpace() {
        if storage.isEmpty {
            storage = [UInt8](repeating: 0, count: Self.smallest)
        } else if start == 0, end == storage.count {
            let size = storage.count < Self.largest ? Self.largest : storage.count * 2
            storage.append(contentsOf: repeatElement(0, count: size - storage.count))
        } else if storage.count - end < storage.count / 4, start > 0 {
            let (start, count) = (start, count)
            storage.withUnsafeMutableBytes { bytes in
                guard let base = bytes.baseAddress else { return }
                base.copyMemory(from: base + start, byteCount: count)
            }
            self.start = 0
            end = count
        }
    }
}
