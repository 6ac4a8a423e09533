/// A part of a list, newest first.
public struct Page<Item: Sendable>: Sendable {
    /// The items of this page.
    public var items: [Item]
    /// Where the next page begins; `nil` when this is the last one.
    public var next: PageCursor?

    /// A part of a list.
    public init(items: [Item], next: PageCursor?) {
        self.items = items
        self.next = next
    }
}

extension Page: Equatable where Item: Equatable {}

/// A place in a list that is read newest first.
///
/// It names the last item already seen, so what is added or removed meanwhile makes the next page neither skip nor
/// repeat anything. Clients are to take its text as opaque.
public struct PageCursor: Sendable, Hashable, CustomStringConvertible {
    /// Only what has a smaller number comes after it.
    package let before: Int64

    /// After an item with this number.
    package init(before: Int64) { self.before = before }

    /// Takes the text that an earlier page gave.
    /// - Throws: `LedgerError` with the code `invalidCursor`.
    public init(_ text: String) throws {
        guard let number = Int64(text, radix: 36), number > 0, String(number, radix: 36) == text else {
            throw LedgerError(.invalidCursor, "'\(text)' is not a cursor: pass the value of 'next' unchanged")
        }
        before = number
    }

    /// The cursor as text.
    public var description: String { String(before, radix: 36) }
}

extension Page {
    /// A page of what a query found that was asked for one item more than fits, which tells whether there are more.
    package init(_ found: [Item], limit: Int, number: (Item) -> Int64) {
        items = Array(found.prefix(limit))
        next = found.count > limit ? items.last.map { PageCursor(before: number($0)) } : nil
    }
}

/// The limits that a list accepts.
package enum PageLimit {
    /// - Throws: `LedgerError` with the code `invalidLimit` when it is not 1 to 1000.
    package static func check(_ limit: Int) throws {
        guard (1...1000).contains(limit) else {
            throw LedgerError(.invalidLimit, "limit must be 1 to 1000, is \(limit)")
        }
    }
}
