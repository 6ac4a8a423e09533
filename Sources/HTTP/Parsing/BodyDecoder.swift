/// Reads the content of a message, of a known length, chunked, or to the end of the connection.
enum BodyDecoder: Sendable {
    case done
    case length(left: Int)
    case chunked(ChunkedDecoder)
    case untilClose

    init(_ body: MessageFraming.Body, limits: MessageLimits) {
        switch body {
        case .none: self = .done
        case .length(let count): self = .length(left: count)
        case .chunked: self = .chunked(ChunkedDecoder(limits: limits))
        }
    }

    /// Reads on from `index`, and moves it behind what was used.
    mutating func next(
        _ bytes: UnsafeRawBufferPointer, _ index: inout Int
    ) throws(HTTPError) -> ChunkedDecoder.Output {
        switch self {
        case .done:
            return .end(trailers: nil)
        case .length(let left):
            guard index < bytes.count else { return .needMore }
            let range = index..<(index + min(left, bytes.count - index))
            index = range.upperBound
            self = left == range.count ? .done : .length(left: left - range.count)
            return .data(range)
        case .chunked(var decoder):
            let output = try decoder.next(bytes, &index)
            if case .end = output { self = .done } else { self = .chunked(decoder) }
            return output
        case .untilClose:
            guard index < bytes.count else { return .needMore }
            let range = index..<bytes.count
            index = range.upperBound
            return .data(range)
        }
    }
}
