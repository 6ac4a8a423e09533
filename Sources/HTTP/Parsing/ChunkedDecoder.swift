import HTTPTypes

/// Reads the chunked transfer coding (RFC 9112 section 7.1), whatever pieces it arrives in.
///
/// A size is one to fifteen hexadecimal digits, followed by CRLF or an extension. Extensions and trailers are bounded and
/// checked. Extensions are dropped; trailers are handed on by themselves and never join the header fields.
struct ChunkedDecoder: Sendable {
    private enum State: Sendable {
        case size(digits: Int, value: Int)
        case chunkExtension(size: Int, ChunkExtension)
        case sizeLineFeed(size: Int)
        case data(left: Int)
        case dataCarriageReturn
        case dataLineFeed
        case trailers
        case done
    }

    enum Output {
        /// Content, as a range of the input.
        case data(Range<Int>)
        /// All content has been read, and the fields after it, if there were any.
        case end(trailers: HTTPFields?)
        /// More input is needed.
        case needMore
    }

    private var state = State.size(digits: 0, value: 0)
    private var extensionBytes = 0
    private var trailerBytes = 0
    private var trailerLine: [UInt8] = []
    private var trailers: HTTPFields?
    private var total = 0
    private let limits: MessageLimits

    init(limits: MessageLimits) {
        self.limits = limits
    }

    /// Reads on from `index`, and moves it behind what was used.
    mutating func next(_ bytes: UnsafeRawBufferPointer, _ index: inout Int) throws(HTTPError) -> Output {
        while true {
            if case .done = state { return .end(trailers: trailers) }
            guard index < bytes.count else { return .needMore }
            if case .data(let left) = state {
                let end = index + min(left, bytes.count - index)
                let range = index..<end
                index = end
                state = left == range.count ? .dataCarriageReturn : .data(left: left - range.count)
                return .data(range)
            }
            try consume(bytes[index])
            index += 1
        }
    }

    private mutating func consume(_ byte: UInt8) throws(HTTPError) {
        switch state {
        case .size(let digits, let value):
            try consumeSize(byte, digits: digits, value: value)
        case .chunkExtension(let size, let text):
            try consumeExtension(byte, size: size, text)
        case .sizeLineFeed(let size):
            try expect(byte, Characters.lineFeed)
            guard size <= limits.bodyBytes - total else {
                throw HTTPError(.payloadTooLarge, "the content is larger than \(limits.bodyBytes) bytes")
            }
            total += size
            state = size == 0 ? .trailers : .data(left: size)
        case .dataCarriageReturn:
            try expect(byte, Characters.carriageReturn)
            state = .dataLineFeed
        case .dataLineFeed:
            try expect(byte, Characters.lineFeed)
            state = .size(digits: 0, value: 0)
        case .trailers:
            try consumeTrailer(byte)
        case .data, .done:
            preconditionFailure("data is not read byte by byte")
        }
    }

    private mutating func consumeSize(_ byte: UInt8, digits: Int, value: Int) throws(HTTPError) {
        if let digit = Characters.hexValue(byte) {
            guard digits < 15 else { throw HTTPError(.badRequest, "a chunk size has more than 15 digits") }
            state = .size(digits: digits + 1, value: value << 4 | Int(digit))
        } else if digits > 0, byte == Characters.carriageReturn {
            state = .sizeLineFeed(size: value)
        } else if digits > 0, byte == UInt8(ascii: ";") || byte == Characters.space || byte == Characters.tab {
            try consumeExtension(byte, size: value, ChunkExtension())
        } else {
            throw HTTPError(.badRequest, "a chunk size must be hexadecimal digits followed by CRLF")
        }
    }

    private mutating func consumeExtension(_ byte: UInt8, size: Int, _ text: ChunkExtension) throws(HTTPError) {
        if byte == Characters.carriageReturn, text.mayEnd {
            state = .sizeLineFeed(size: size)
            return
        }
        extensionBytes += 1
        guard extensionBytes <= limits.chunkExtensionBytes else {
            throw HTTPError(.badRequest, "the chunk extensions are larger than \(limits.chunkExtensionBytes) bytes")
        }
        var text = text
        try text.consume(byte)
        state = .chunkExtension(size: size, text)
    }

    private mutating func consumeTrailer(_ byte: UInt8) throws(HTTPError) {
        trailerBytes += 1
        guard trailerBytes <= limits.trailerBytes else {
            throw HTTPError(.headersTooLarge, "the trailer fields are larger than \(limits.trailerBytes) bytes")
        }
        guard byte == Characters.lineFeed else {
            trailerLine.append(byte)
            return
        }
        guard trailerLine.popLast() == Characters.carriageReturn else {
            throw HTTPError(.badRequest, "a trailer line ends in LF without CR")
        }
        if trailerLine.isEmpty {
            state = .done
            return
        }
        try takeTrailer()
        trailerLine.removeAll(keepingCapacity: true)
    }

    private mutating func takeTrailer() throws(HTTPError) {
        let result = trailerLine.withUnsafeBytes { bytes -> Result<FieldLine, HTTPError> in
            do throws(HTTPError) {
                return .success(try FieldLine(parsing: bytes[...]))
            } catch {
                return .failure(error)
            }
        }
        let line = try result.get()
        guard let name = HTTPField.Name(String(decoding: trailerLine[line.name], as: UTF8.self)) else { return }
        trailers = trailers ?? HTTPFields()
        trailers?.append(HTTPField(name: name, value: trailerLine[line.value]))
    }

    private func expect(_ byte: UInt8, _ expected: UInt8) throws(HTTPError) {
        guard byte == expected else {
            throw HTTPError(.badRequest, "a chunk is not closed by CRLF where its size says")
        }
    }
}
