import FleetAPI
import FleetCore
import FleetModel
import FoundationEssentials
import HTTP

/// The key of a list's items, as a cursor carries it.
protocol ListKey: Comparable, Sendable {
    /// The key as text.
    var cursorText: String { get }

    /// Takes that text; `nil` when it is none of this list.
    init?(cursorText: String)
}

/// A place in a list that is read in the order of its keys: the key of the last item already seen, which need not be there any
/// more. Clients are to take its text as opaque.
enum ListCursor {
    /// The cursor of a place.
    static func text(of key: some ListKey) -> String { encode(key.cursorText) }

    /// The place of a cursor; `nil` when no list of these keys has given it.
    static func key<Key: ListKey>(_ text: String, of type: Key.Type = Key.self) -> Key? {
        let standard = text.replacing("-", with: "+").replacing("_", with: "/")
        let padded = standard + String(repeating: "=", count: (4 - standard.utf8.count % 4) % 4)
        guard let bytes = Data(base64Encoded: padded), let decoded = String(validating: bytes, as: UTF8.self),
            encode(decoded) == text
        else { return nil }
        return Key(cursorText: decoded)
    }

    private static func encode(_ text: String) -> String {
        Data(text.utf8).base64EncodedString()
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}

extension Request {
    /// Which part of a list is wanted: `?cursor=` and `?limit=`.
    /// - Throws: `Problem` 400 for a cursor that this list has not given, or a limit beyond what is served.
    func window<Key: ListKey>(of type: Key.Type = Key.self) throws -> ListWindow<Key> {
        guard let text = query["cursor"] else { return ListWindow(limit: try limit()) }
        guard let key = ListCursor.key(text, of: type) else {
            throw Problem(
                .badRequest, code: "invalidParameter",
                detail: "'\(text)' is not a cursor of this list: pass the value of 'next' unchanged")
        }
        return ListWindow(after: key, limit: try limit())
    }
}

extension ListView {
    /// A part of a list of things that are shown as they are.
    init(_ part: ListPart<some ListKey, Item>) {
        self.init(items: part.items, next: part.next.map { ListCursor.text(of: $0) }, total: part.total)
    }
}
