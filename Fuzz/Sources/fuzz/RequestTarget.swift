import HTTPTypes

@testable import HTTP

/// Requests: whatever the bytes, nothing traps; and however they are cut, the same requests and the same refusal come out.
enum RequestTarget {
    private struct Reading: Equatable {
        var heads: [[UInt8]] = []
        var contents: [[UInt8]] = []
        var trailers: [HTTPFields?] = []
        var error: String?
    }

    static func run(_ input: Input) {
        let whole = read(input, [input.bytes.count])
        for salt: UInt64 in 0..<3 {
            let cut = read(input, input.pieces(salt))
            promise(cut == whole, "cut into pieces the bytes read differently:\n\(whole)\n\(cut)")
        }
    }

    private static func read(_ input: Input, _ pieces: [Int]) -> Reading {
        var parser = RequestParser(limits: limits(input.seed))
        var buffer = InboundBuffer()
        var reading = Reading()
        var index = 0
        for piece in pieces where reading.error == nil {
            buffer.take(input.bytes[index..<(index + piece)])
            index += piece
            drain(&parser, &buffer, &reading)
        }
        return reading
    }

    private static func drain(_ parser: inout RequestParser, _ buffer: inout InboundBuffer, _ reading: inout Reading) {
        while reading.error == nil {
            var used = 0
            do throws(HTTPError) {
                let needsMore = try buffer.withBytes { (bytes) throws(HTTPError) -> Bool in
                    switch try parser.next(bytes, used: &used) {
                    case .head(let head):
                        use(head)
                        reading.heads.append(head.bytes)
                        reading.contents.append([])
                    case .body(let range):
                        promise(!range.isEmpty && range.upperBound <= used, "content must be used up")
                        reading.contents[reading.contents.count - 1] += bytes[range]
                    case .end(let trailers):
                        reading.trailers.append(trailers)
                    case .needMore:
                        return true
                    }
                    return false
                }
                buffer.consume(used)
                if needsMore { return }
            } catch {
                reading.error = "\(error)"
            }
        }
    }

    /// What handlers do with a head.
    private static func use(_ head: RequestHead) {
        _ = head.headerFields()
        guard let request = try? Request(head, body: RequestBody([]), peer: .unknown, security: nil) else { return }
        promise(request.path.hasPrefix("/") || request.path == "*", "the path is absolute")
        promise(!request.path.split(separator: "/").contains(".."), "the path stays below the root")
        _ = request.query.names.map { request.query.all($0) }
        _ = (request.id, request[.userAgent])
    }
}
