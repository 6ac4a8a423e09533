/// A set whose elements are kept in order, as a persistent value: a copy costs nothing, and a change copies one path.
///
/// It is a B+ tree. To find an element, the first after another one, or the number of all takes no look at the others, and
/// going through them from there on costs what is read.
package struct SortedSet<Element: Comparable & Sendable>: Sendable {
    private var root = SortedNode<Element>()

    /// An empty set.
    package init() {}

    /// A set of elements that are in order, none of them twice.
    package init(inOrder elements: [Element]) {
        var level = SortedNode.leaves(of: elements)
        while level.count > 1 { level = SortedNode.branches(of: level) }
        if let node = level.first { root = node }
    }

    /// How many elements there are.
    package var count: Int { root.count }

    /// Whether there are none.
    package var isEmpty: Bool { root.count == 0 }

    /// The least element; `nil` when there is none.
    package var first: Element? { root.least }

    /// Whether an element is in the set.
    package func contains(_ element: Element) -> Bool { root.contains(element) }

    /// Puts an element into the set.
    /// - Returns: whether it was not there.
    @discardableResult
    package mutating func insert(_ element: Element) -> Bool {
        let (isNew, right) = root.insert(element)
        if let right { root = SortedNode(children: [root, right]) }
        return isNew
    }

    /// Takes an element out of the set.
    /// - Returns: whether it was there.
    @discardableResult
    package mutating func remove(_ element: Element) -> Bool {
        guard root.remove(element) else { return false }
        while root.children.count == 1 { root = root.children[0] }
        return true
    }
}

// MARK: Reading in order

extension SortedSet: Sequence {
    /// The elements in order.
    package func makeIterator() -> SortedElements<Element> { SortedElements(of: root, after: nil) }

    /// The elements after one, which need not be there itself, in order; without one all of them.
    package func elements(after element: Element?) -> SortedElements<Element> {
        SortedElements(of: root, after: element)
    }

    /// Sequences ask for it before they reserve room.
    package var underestimatedCount: Int { count }
}

/// Elements of a `SortedSet` from some place on.
package struct SortedElements<Element: Comparable & Sendable>: Sequence, IteratorProtocol, Sendable {
    /// The way down to the next element: nodes, and which part of each comes next.
    private var path: [(node: SortedNode<Element>, next: Int)] = []

    init(of root: SortedNode<Element>, after element: Element?) {
        guard let element else {
            path = [(root, 0)]
            return
        }
        var node = root
        while !node.isLeaf {
            let child = node.child(for: element)
            path.append((node, child + 1))
            node = node.children[child]
        }
        path.append((node, node.elements.firstPlace { $0 > element }))
    }

    /// The next element.
    package mutating func next() -> Element? {
        while let (node, place) = path.last {
            guard place < (node.isLeaf ? node.elements.count : node.children.count) else {
                path.removeLast()
                continue
            }
            path[path.count - 1].next += 1
            if node.isLeaf { return node.elements[place] }
            path.append((node.children[place], 0))
        }
        return nil
    }
}

extension SortedSet: Equatable {
    /// Whether both hold the same elements, however they came there.
    package static func == (left: Self, right: Self) -> Bool { left.count == right.count && left.elementsEqual(right) }
}

extension SortedSet: ExpressibleByArrayLiteral {
    /// A set of these elements.
    package init(arrayLiteral elements: Element...) { for element in elements { insert(element) } }
}
