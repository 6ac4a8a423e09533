import HTTPTypes

@testable import HTTP

/// What a parser makes of a stream of bytes: the requests with their content, and the error that ended it.
struct Recording: Equatable {
    struct Message: Equatable {
        var head: [UInt8]
        /// The path, decoded; nil if the target is refused. That alone does not end the connection.
        var path: String?
        var keepsAlive: Bool
        var content: [UInt8] = []
        var trailers: HTTPFields?
        var isComplete = false
    }

    var messages: [Message] = []
    var status: Int?

    /// Parses bytes that arrive in pieces of these lengths; what is left comes in one piece.
    init(_ bytes: [UInt8], pieces: [Int], limits: MessageLimits = MessageLimits()) {
        var parser = RequestParser(limits: limits)
        var buffer = InboundBuffer()
        var rest = bytes[...]
        var lengths = pieces[...]
        while !rest.isEmpty, status == nil {
            let piece = rest.prefix(max(1, lengths.popFirst() ?? rest.count))
            rest = rest.dropFirst(piece.count)
            var unread = piece
            while !unread.isEmpty, status == nil {
                buffer.fill { space in
                    let part = unread.prefix(space.count)
                    space.copyBytes(from: part)
                    unread = unread.dropFirst(part.count)
                    return (part.count, ())
                }
                drain(&parser, &buffer)
            }
        }
    }

    private mutating func drain(_ parser: inout RequestParser, _ buffer: inout InboundBuffer) {
        while status == nil {
            var used = 0
            do {
                let isDone = try buffer.withBytes { bytes in
                    switch try parser.next(bytes, used: &used) {
                    case .head(let head): messages.append(Message(head))
                    case .body(let range): messages[messages.count - 1].content += bytes[range]
                    case .end(let trailers):
                        messages[messages.count - 1].trailers = trailers
                        messages[messages.count - 1].isComplete = true
                    case .needMore: return true
                    }
                    return false
                }
                buffer.consume(used)
                if isDone { return }
            } catch {
                status = (error as? HTTPError)?.status.code ?? 0
            }
        }
    }
}

extension Recording.Message {
    fileprivate init(_ head: RequestHead) {
        let request = try? Request(head, body: RequestBody([]), peer: .unknown, security: nil)
        self.init(head: head.bytes, path: request?.path, keepsAlive: head.keepsAlive)
    }
}
