/// A part of a `SortedSet`: a leaf with elements, or a branch with children that are equally deep. Both keep their order.
struct SortedNode<Element: Comparable & Sendable>: Sendable {
    /// How many elements or children a node has at most.
    static var most: Int { 64 }
    /// With fewer a node is joined with a neighbour.
    private static var fewest: Int { 16 }

    private(set) var elements: [Element] = []
    private(set) var children: [SortedNode] = []
    /// How many elements there are in it and below.
    private(set) var count = 0

    /// An empty leaf.
    init() {}

    /// A branch.
    init(children: [SortedNode]) {
        self.children = children
        count = children.reduce(0) { $0 + $1.count }
    }

    private init(elements: [Element]) {
        self.elements = elements
        count = elements.count
    }

    /// Leaves with elements that are in order.
    static func leaves(of elements: [Element]) -> [SortedNode] {
        parts(of: elements).map { SortedNode(elements: Array($0)) }
    }

    /// Branches with nodes that are in order and equally deep.
    static func branches(of nodes: [SortedNode]) -> [SortedNode] {
        parts(of: nodes).map { SortedNode(children: Array($0)) }
    }

    /// Parts that differ in length by one at most, so that none is too small.
    private static func parts<Part>(of all: [Part]) -> [ArraySlice<Part>] {
        let count = (all.count + most - 1) / most
        return (0..<count).map { all[all.count * $0 / count..<all.count * ($0 + 1) / count] }
    }

    var isLeaf: Bool { children.isEmpty }

    /// The least element; `nil` when there is none.
    var least: Element? { elements.first ?? children.first?.least }

    /// The child in which an element is, or would be.
    func child(for element: Element) -> Int {
        max(0, children.firstPlace { $0.least.map { $0 > element } ?? false } - 1)
    }

    func contains(_ element: Element) -> Bool {
        guard isLeaf else { return children[child(for: element)].contains(element) }
        let place = elements.firstPlace { $0 >= element }
        return place < elements.count && elements[place] == element
    }

    /// - Returns: whether the element was not there, and what no longer fits into the node and comes to its right.
    mutating func insert(_ element: Element) -> (isNew: Bool, right: SortedNode?) {
        guard !isLeaf else { return insertHere(element) }
        let child = child(for: element)
        let (isNew, right) = children[child].insert(element)
        if isNew { count += 1 }
        guard let right else { return (isNew, nil) }
        children.insert(right, at: child + 1)
        return (isNew, rest(isAppended: child + 2 == children.count))
    }

    private mutating func insertHere(_ element: Element) -> (isNew: Bool, right: SortedNode?) {
        let place = elements.firstPlace { $0 >= element }
        guard place == elements.count || elements[place] != element else { return (false, nil) }
        elements.insert(element, at: place)
        count += 1
        return (true, rest(isAppended: place + 1 == elements.count))
    }

    /// - Returns: whether the element was there.
    mutating func remove(_ element: Element) -> Bool {
        guard !isLeaf else {
            let place = elements.firstPlace { $0 >= element }
            guard place < elements.count, elements[place] == element else { return false }
            elements.remove(at: place)
            count -= 1
            return true
        }
        let child = child(for: element)
        guard children[child].remove(element) else { return false }
        count -= 1
        keepFull(child)
        return true
    }

    /// Joins a child that has become small with a neighbour.
    private mutating func keepFull(_ child: Int) {
        guard children[child].size < Self.fewest else { return }
        guard children.count > 1 else {
            if children[child].count == 0 { children = [] }
            return
        }
        let left = max(0, child - 1)
        let right = children.remove(at: left + 1)
        if let rest = children[left].join(right) { children.insert(rest, at: left + 1) }
    }

    private var size: Int { isLeaf ? elements.count : children.count }

    private mutating func join(_ right: SortedNode) -> SortedNode? {
        elements += right.elements
        children += right.children
        count += right.count
        return rest(isAppended: false)
    }

    /// Takes away what is too much. What is put in in order leaves full nodes behind, anything else is halved.
    private mutating func rest(isAppended: Bool) -> SortedNode? {
        guard size > Self.most else { return nil }
        let kept = isAppended ? Self.most : size / 2
        let right =
            isLeaf ? SortedNode(elements: Array(elements[kept...])) : SortedNode(children: Array(children[kept...]))
        if isLeaf { elements = Array(elements[..<kept]) } else { children = Array(children[..<kept]) }
        count -= right.count
        return right
    }
}

extension Array {
    /// The first place from which on something is true; it must be true for all that come after one for which it is.
    func firstPlace(where isTrue: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if isTrue(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
