import FleetModel
import HTTP
import HTTPTypes
import Synchronization

/// An answer of the API, with its JSON at hand.
struct Answer: Sendable, CustomStringConvertible {
    let status: Int
    let fields: HTTPFields
    let text: String
    /// `null` where the answer is none of JSON.
    let json: JSONValue

    /// Takes an answer; one that is a stream is read to its end.
    init(_ response: Response) async {
        status = response.status.code
        fields = response.headerFields
        var bytes: [UInt8] = []
        switch response.body {
        case .empty: break
        case .bytes(let all): bytes = all
        case .stream(_, let write):
            let collector = BodyCollector()
            // What was written until then is what a client has.
            try? await write(collector)
            bytes = collector.bytes
        }
        text = String(decoding: bytes, as: UTF8.self)
        // Not everything is JSON.
        json = (try? FleetJSON.decode(JSONValue.self, from: bytes)) ?? .null
    }

    /// A field of the JSON, by the names on the way to it; numbers are places in lists.
    subscript(path: String...) -> JSONValue? {
        path.reduce(json) { (value: JSONValue?, name) in
            if let place = Int(name), case .array(let items)? = value {
                return items.indices.contains(place) ? items[place] : nil
            }
            return value?[name]
        }
    }

    /// The items of a list.
    var items: [JSONValue] { if case .array(let items)? = self["items"] { items } else { [] } }

    /// What the items of a list are called.
    var names: [String] { items.compactMap { $0["name"]?.text } }

    /// The code of a problem.
    var code: String? { self["code"]?.text }

    /// What a problem says.
    var detail: String { self["detail"]?.text ?? "" }

    /// The field that a problem is about.
    var pointer: String? { self["errors", "0", "pointer"]?.text }

    var description: String { "\(status): \(text)" }
}

extension JSONValue {
    /// The text of a string.
    var text: String? { if case .string(let text) = self { text } else { nil } }

    /// The number, whole or not.
    var number: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .number(let number): number
        default: nil
        }
    }
}

/// Takes what a stream writes, up to a number of pieces.
final class BodyCollector: BodyWriter {
    /// The reader has had enough.
    struct Enough: Error {}

    private let pieces = Mutex<[[UInt8]]>([])
    private let most: Int

    init(atMost most: Int = .max) { self.most = most }

    var bytes: [UInt8] { pieces.withLock { $0.flatMap(\.self) } }

    func write(_ bytes: [UInt8]) async throws {
        let isFull = pieces.withLock { pieces in
            pieces.append(bytes)
            return pieces.count >= most
        }
        if isFull { throw Enough() }
    }

    func setTrailerFields(_ fields: HTTPFields) throws {}
}
