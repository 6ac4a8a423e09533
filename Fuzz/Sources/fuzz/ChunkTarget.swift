import HTTPTypes

@testable import HTTP

/// The chunked coding: the same content, the same end and the same refusal however the bytes are cut, and content that is
/// encoded in chunks comes out as it went in.
enum ChunkTarget {
    private struct Reading: Equatable {
        var content: [UInt8] = []
        var used = 0
        var hasEnded = false
        var trailers: HTTPFields?
        var error: String?
    }

    static func run(_ input: Input) {
        let limits = limits(input.seed)
        let whole = read(input.bytes, [input.bytes.count], limits)
        for salt: UInt64 in 0..<3 {
            let cut = read(input.bytes, input.pieces(salt), limits)
            promise(cut == whole, "cut into pieces the bytes read differently:\n\(whole)\n\(cut)")
        }
        promise(whole.content.count <= limits.bodyBytes, "the content is larger than its limit")

        var encoded: [UInt8] = []
        var rest = input.bytes[...]
        for piece in input.pieces(3) {
            encoded.append(hexadecimal: piece)
            encoded.append("\r\n")
            encoded += rest.prefix(piece)
            encoded.append("\r\n")
            rest = rest.dropFirst(piece)
        }
        encoded.append("0\r\n\r\n")
        let decoded = read(encoded, [encoded.count], MessageLimits())
        promise(decoded.hasEnded && decoded.content == input.bytes, "what is encoded is not what is decoded")
    }

    private static func read(_ bytes: [UInt8], _ pieces: [Int], _ limits: MessageLimits) -> Reading {
        var decoder = ChunkedDecoder(limits: limits)
        var reading = Reading()
        var start = 0
        for piece in pieces where reading.error == nil && !reading.hasEnded {
            let part = Array(bytes[start..<(start + piece)])
            start += piece
            part.withUnsafeBytes { feed(&decoder, $0, &reading) }
        }
        return reading
    }

    private static func feed(_ decoder: inout ChunkedDecoder, _ bytes: UnsafeRawBufferPointer, _ reading: inout Reading)
    {
        var index = 0
        // Where a refused message is refused does not matter.
        defer { reading.used = reading.error == nil ? reading.used + index : 0 }
        while true {
            do throws(HTTPError) {
                switch try decoder.next(bytes, &index) {
                case .data(let range):
                    promise(!range.isEmpty && range.upperBound == index, "content must be used up")
                    reading.content += bytes[range]
                case .end(let trailers):
                    reading.hasEnded = true
                    reading.trailers = trailers
                    return
                case .needMore:
                    promise(index == bytes.count, "all must be used before more is asked for")
                    return
                }
            } catch {
                reading.error = "\(error)"
                return
            }
        }
    }
}
