/// Some hosts of an index, by their slots. Whether one is among them is a look at an array: a decision asks it of hundreds.
struct SlotSet {
    /// Empty while nobody is in it.
    private var isMember: [Bool] = []
    private let slotCount: Int
    /// Those in it, in the order in which they came.
    private(set) var members: [Int32] = []

    /// Nobody of so many.
    init(of slotCount: Int) { self.slotCount = slotCount }

    mutating func insert(_ slot: Int32) {
        if isMember.isEmpty { isMember = Array(repeating: false, count: slotCount) }
        guard !isMember[Int(slot)] else { return }
        isMember[Int(slot)] = true
        members.append(slot)
    }

    mutating func insert(_ slots: some Sequence<Int32>) { for slot in slots { insert(slot) } }

    func contains(_ slot: Int32) -> Bool { !isMember.isEmpty && isMember[Int(slot)] }

    /// Those in it, by slot.
    var inOrder: [Int32] {
        // Where they are many it takes less to look at all places than to sort.
        guard members.count * 8 > slotCount else { return members.sorted() }
        return (0..<Int32(slotCount)).filter { isMember[Int($0)] }
    }
}
