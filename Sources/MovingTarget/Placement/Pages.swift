/// A long array of which a changed copy shares all but one page with the original.
struct Pages<Element: Sendable>: Sendable {
    private static var pageSize: Int { 64 }

    private var pages: [[Element]] = []
    private(set) var count = 0

    /// The places of the elements.
    var indices: Range<Int> { 0..<count }

    subscript(_ place: Int) -> Element {
        // Read where it is: to copy an element may cost more than to look at it.
        _read { yield pages[place / Self.pageSize][place % Self.pageSize] }
        _modify { yield &pages[place / Self.pageSize][place % Self.pageSize] }
    }

    mutating func append(_ element: Element) {
        if count.isMultiple(of: Self.pageSize) { pages.append([]) }
        pages[pages.count - 1].append(element)
        count += 1
    }
}
