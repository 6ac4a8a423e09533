@testable import HTTP

/// Event streams: the same events however the bytes are cut, and an event that was written is read as it was.
enum EventTarget {
    private struct Reading: Equatable {
        var events: [ServerSentEvent] = []
        var lastEventID: String?
        var error: String?
    }

    static func run(_ input: Input) {
        let limit = input.seed & 1 == 1 ? 50 : 1 << 20
        let whole = read(input.bytes, [input.bytes.count], limit)
        for salt: UInt64 in 0..<3 {
            let cut = read(input.bytes, input.pieces(salt), limit)
            promise(cut == whole, "cut into pieces the bytes read differently:\n\(whole)\n\(cut)")
        }
        for event in whole.events {
            // The id stays in force for the events after it, so it is read back only where the stream still has it.
            guard let bytes = try? event.serialized() else { continue }
            let again = read(bytes, [bytes.count], .max)
            promise(again.error == nil && again.events == [event], "\(event) became \(again.events)")
        }
    }

    private static func read(_ bytes: [UInt8], _ pieces: [Int], _ limit: Int) -> Reading {
        var parser = ServerSentEventParser(limit: limit)
        var reading = Reading()
        var rest = bytes[...]
        for piece in pieces where reading.error == nil {
            do throws(HTTPError) {
                reading.events += try parser.parse(rest.prefix(piece))
            } catch {
                reading.error = "\(error)"
            }
            rest = rest.dropFirst(piece)
        }
        // What came before a refusal is not told by it.
        if reading.error != nil { reading.events = [] }
        reading.lastEventID = reading.error == nil ? parser.lastEventID : nil
        return reading
    }
}
