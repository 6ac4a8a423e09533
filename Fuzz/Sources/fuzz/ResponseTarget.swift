import HTTPTypes

@testable import HTTP

/// Responses, as the client reads them: the same promises as for requests.
enum ResponseTarget {
    private struct Reading: Equatable {
        var statuses: [Int] = []
        var fields: [HTTPFields] = []
        var content: [UInt8] = []
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
        var parser = ResponseParser(limits: limits(input.seed))
        let method: HTTPRequest.Method = input.seed & 2 == 2 ? .head : .get
        parser.expectResponse(to: method)
        var buffer = InboundBuffer()
        var reading = Reading()
        var index = 0
        for piece in pieces where reading.error == nil {
            buffer.take(input.bytes[index..<(index + piece)])
            index += piece
            while reading.error == nil, advance(&parser, method, &buffer, &reading) {}
        }
        guard reading.error == nil else { return reading }
        do throws(HTTPError) { try parser.inputEnded() } catch { reading.error = "\(error)" }
        return reading
    }

    private static func advance(
        _ parser: inout ResponseParser, _ method: HTTPRequest.Method, _ buffer: inout InboundBuffer,
        _ reading: inout Reading
    ) -> Bool {
        var used = 0
        do throws(HTTPError) {
            let event = try buffer.withBytes { (bytes) throws(HTTPError) -> ResponseParser.Event in
                let event = try parser.next(bytes, used: &used)
                if case .body(let range) = event { reading.content += bytes[range] }
                return event
            }
            buffer.consume(used)
            switch event {
            case .head(let head):
                reading.statuses.append(head.status)
                reading.fields.append(head.fields)
            case .body:
                break
            case .end(let trailers):
                reading.trailers.append(trailers)
                parser.expectResponse(to: method)
                return !buffer.isEmpty
            case .needMore:
                // After an interim response it has used something and can read on.
                return used > 0
            }
            return true
        } catch {
            reading.error = "\(error)"
            return false
        }
    }
}
