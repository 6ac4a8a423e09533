import FleetModel
import MovingTarget
import RelocateTesting
import Testing

@Suite("The pool of addresses")
struct AddressPoolTests {
    @Test(
        "only a free address is drawn, as long as there is one, and never the first or last",
        arguments: 1...6 as ClosedRange<UInt64>)
    func onlyFree(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let network = try IPv4Network("10.88.4.0/27")
        let pool = try AddressPool(network)
        #expect(pool.count == 30)
        var used: Set<IPv4Address> = []
        for expected in 1...30 {
            let address = try pool.draw(using: &generator) { !used.contains($0) }
            #expect(network.contains(address))
            #expect(address != network.base && address != network.address(at: 31))
            used.insert(address)
            #expect(used.count == expected)
        }
        #expect(throws: MovingTargetError.addressesExhausted(network)) {
            try pool.draw(using: &generator) { !used.contains($0) }
        }
    }

    @Test(
        "every free address is drawn equally often, in an empty pool and in one that is almost full",
        arguments: [0, 250])
    func uniform(taken: Int) throws {
        var generator = SeededGenerator(seed: 17)
        let network = try IPv4Network("10.0.0.0/23")
        let used = Set((1...510).shuffled(using: &generator).prefix(taken * 2).compactMap { network.address(at: $0) })
        var counts: [IPv4Address: Int] = [:]
        let pool = try AddressPool(network)
        let cells = 510 - used.count
        for _ in 0..<(cells * 100) { counts[try pool.draw(using: &generator) { !used.contains($0) }, default: 0] += 1 }
        #expect(counts.count == cells)
        #expect(chiSquare(Array(counts.values)) < chiSquareLimit(cells))
    }

    @Test(
        "a network without an address between its first and last is refused", arguments: ["10.0.0.0/31", "10.0.0.0/32"])
    func tooSmall(text: String) throws {
        let network = try IPv4Network(text)
        #expect(throws: MovingTargetError.networkTooSmall(network)) { try AddressPool(network) }
    }
}
