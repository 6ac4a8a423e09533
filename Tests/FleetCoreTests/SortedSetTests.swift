import RelocateTesting
import Testing

@testable import FleetCore

@Suite("A set in order")
struct SortedSetTests {
    @Test("whatever is put in and taken out, it is what sorting finds", arguments: 1...6 as ClosedRange<UInt64>)
    func random(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        // Few values fill and empty the same nodes again and again, many make the tree deep.
        let values = seed.isMultiple(of: 2) ? 300 : 200_000
        var set = SortedSet<Int>()
        var expected = Set<Int>()
        for number in 1...20_000 {
            let value = Int.random(in: 0..<values, using: &generator)
            // It grows first and shrinks then.
            if Int.random(in: 0..<100, using: &generator) < (number < 12_000 ? 70 : 15) {
                let isNew = set.insert(value)
                #expect(isNew == expected.insert(value).inserted)
            } else {
                let victim = Bool.random(using: &generator) ? expected.first ?? value : value
                let wasThere = set.remove(victim)
                #expect(wasThere == (expected.remove(victim) != nil))
            }
            guard number.isMultiple(of: 500) else { continue }
            let sorted = expected.sorted()
            #expect(Array(set) == sorted && set.count == sorted.count && set.first == sorted.first)
            let from = Int.random(in: -1...values, using: &generator)
            #expect(Array(set.elements(after: from)) == sorted.filter { $0 > from })
            #expect(set.contains(from) == expected.contains(from))
        }
    }

    @Test("made of what is in order it is what putting it in makes, and goes on so")
    func inOrder() {
        for count in Array(0...200) + [4095, 4096, 4097, 5000] {
            var set = SortedSet(inOrder: Array(0..<count))
            #expect(Array(set) == Array(0..<count) && set.count == count && set.first == (count > 0 ? 0 : nil))
            for value in stride(from: 0, to: count, by: 3) { set.remove(value) }
            for value in count..<count + 100 { set.insert(value) }
            let expected = (0..<count + 100).filter { $0 >= count || !$0.isMultiple(of: 3) }
            #expect(Array(set) == expected && set.count == expected.count)
            #expect(Array(set.elements(after: count / 2)) == expected.filter { $0 > count / 2 })
        }
    }

    @Test("all that was put in can be taken out again, in any order")
    func emptied() {
        var generator = SeededGenerator(seed: 9)
        var set = SortedSet<Int>()
        for value in (0..<10_000).shuffled(using: &generator) { set.insert(value) }
        for value in (0..<10_000).shuffled(using: &generator) {
            let wasThere = set.remove(value)
            #expect(wasThere)
        }
        #expect(set.isEmpty && set.first == nil && Array(set).isEmpty)
        for value in 0..<10_000 { set.insert(value) }
        #expect(Array(set) == Array(0..<10_000))
    }

    @Test("a copy stays as it was")
    func persistent() {
        var set = SortedSet<Int>()
        for value in 0..<5000 { set.insert(value) }
        let copy = set
        for value in 0..<5000 where value.isMultiple(of: 3) { set.remove(value) }
        set.insert(-1)
        #expect(Array(copy) == Array(0..<5000))
        #expect(Array(set) == [-1] + (0..<5000).filter { !$0.isMultiple(of: 3) })
    }

    @Test("sets are equal when they hold the same, however it came there")
    func equality() {
        var one = SortedSet<Int>()
        var other = SortedSet<Int>()
        for value in 0..<1000 { one.insert(value) }
        for value in (0..<1200).reversed() { other.insert(value) }
        for value in 1000..<1200 { other.remove(value) }
        #expect(one == other)
        other.remove(7)
        #expect(one != other)
    }
}
