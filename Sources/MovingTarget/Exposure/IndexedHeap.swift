/// Keys by priority, the smallest first. The priority of a key can be changed at any time.
///
/// Every operation costs the logarithm of the number of keys.
struct IndexedHeap<Key: Hashable & Sendable, Priority: Comparable & Sendable>: Sendable {
    /// All of them, in the order of the heap.
    private(set) var entries: [(key: Key, priority: Priority)] = []
    private var places: [Key: Int] = [:]

    /// How many there are.
    var count: Int { entries.count }

    /// The key with the smallest priority.
    var first: (key: Key, priority: Priority)? { entries.first }

    /// A key's priority, `nil` when it is not here.
    subscript(key: Key) -> Priority? { places[key].map { entries[$0].priority } }

    /// Gives a key a priority; it may be here or not.
    mutating func set(_ key: Key, to priority: Priority) {
        guard let place = places[key] else {
            places[key] = entries.count
            entries.append((key, priority))
            rise(from: entries.count - 1)
            return
        }
        let former = entries[place].priority
        entries[place].priority = priority
        if priority < former { rise(from: place) } else { sink(from: place) }
    }

    /// Removes a key, if it is here.
    mutating func remove(_ key: Key) {
        guard let place = places.removeValue(forKey: key) else { return }
        let last = entries.removeLast()
        guard place < entries.count else { return }
        entries[place] = last
        places[last.key] = place
        rise(from: place)
        sink(from: place)
    }

    private mutating func rise(from start: Int) {
        var place = start
        while place > 0, entries[place].priority < entries[(place - 1) / 2].priority {
            swap(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    private mutating func sink(from start: Int) {
        var place = start
        while true {
            let children = (2 * place + 1..<2 * place + 3).clamped(to: 0..<entries.count)
            guard let least = children.min(by: { entries[$0].priority < entries[$1].priority }),
                entries[least].priority < entries[place].priority
            else { return }
            swap(place, least)
            place = least
        }
    }

    private mutating func swap(_ one: Int, _ other: Int) {
        entries.swapAt(one, other)
        places[entries[one].key] = one
        places[entries[other].key] = other
    }
}
