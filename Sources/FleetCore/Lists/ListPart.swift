/// Which part of a list is wanted.
package struct ListWindow<Key: Comparable & Sendable>: Sendable {
    /// The key of the last item already seen; `nil` to begin. It need not be in the list any more.
    package var after: Key?
    /// The most items, at least 1.
    package var limit: Int

    /// A part of a list.
    package init(after: Key? = nil, limit: Int) {
        self.after = after
        self.limit = limit
    }
}

/// A part of a list that is kept in the order of its keys.
///
/// The next part begins after a key and not after a number of items: whatever comes and goes meanwhile, none that stays is
/// skipped or repeated.
package struct ListPart<Key: Comparable & Sendable, Item> {
    /// The items of this part.
    package var items: [Item]
    /// The key of the last item when there are more; `nil` when this is the last part.
    package var next: Key?
    /// How many items the whole list has.
    package var total: Int

    /// A part of a list.
    package init(items: [Item], next: Key?, total: Int) {
        self.items = items
        self.next = next
        self.total = total
    }

    /// The part of a short list that is in order already.
    package init(_ window: ListWindow<Key>, of all: [Item], key: (Item) -> Key) {
        let rest = window.after.map { after in Array(all.drop { key($0) <= after }) } ?? all
        items = Array(rest.prefix(window.limit))
        next = rest.count > items.count ? items.last.map(key) : nil
        total = all.count
    }

    /// The same with each item made into another one.
    package func map<Other>(_ transform: (Item) throws -> Other) rethrows -> ListPart<Key, Other> {
        ListPart<Key, Other>(items: try items.map(transform), next: next, total: total)
    }

    /// The same with each item made into another one, without those of which nothing can be made.
    func compactMap<Other>(_ transform: (Item) -> Other?) -> ListPart<Key, Other> {
        ListPart<Key, Other>(items: items.compactMap(transform), next: next, total: total)
    }
}

extension SortedSet {
    /// A part of the list of which this holds the keys.
    /// - Parameters:
    ///   - total: how many items the whole list has when some keys have none.
    ///   - item: the item of a key; `nil` when it has none in this list.
    func part<Item>(
        _ window: ListWindow<Element>, total: Int? = nil, _ item: (Element) -> Item?
    ) -> ListPart<Element, Item> {
        var items: [Item] = []
        var last: Element?
        for key in elements(after: window.after) {
            guard let found = item(key) else { continue }
            guard items.count < window.limit else {
                return ListPart(items: items, next: last, total: total ?? count)
            }
            items.append(found)
            last = key
        }
        return ListPart(items: items, next: nil, total: total ?? count)
    }
}
