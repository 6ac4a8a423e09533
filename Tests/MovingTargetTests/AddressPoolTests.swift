import FleetModel
import MovingTarget
import RelocateTesting
import Testing

@Suite("The pool of addresses")
struct AddressPoolTests {
    @Test(
        "an address in use or in quarantine is never drawn, nor the first or last",
        arguments: 1...6 as ClosedRange<UInt64>)
    func neverTwice(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let network = try IPv4Network("10.88.4.0/27")
        var pool = try AddressPool(network: network)
        var used: Set<IPv4Address> = []
        var resting: [IPv4Address: Timestamp] = [:]
        var exhaustions = 0
        for moment in 0..<4000 {
            let now = epoch.advanced(bySeconds: Double(moment))
            let blocked = used.union(resting.filter { $0.value > now }.keys)
            #expect(pool.freeCount(at: now) == 30 - blocked.count)
            do {
                let address = try pool.draw(at: now, using: &generator)
                #expect(!blocked.contains(address))
                #expect(network.contains(address))
                #expect(address != network.base && address != network.address(at: 31))
                used.insert(address)
                resting[address] = nil
            } catch {
                exhaustions += 1
                #expect(blocked.count == 30)
                let next = resting.filter { $0.value > now && !used.contains($0.key) }.values.min()
                #expect(error == .addressesExhausted(network, nextFreeAt: next))
            }
            for _ in 0..<Int.random(in: 0...2, using: &generator) {
                guard let address = used.sorted().randomElement(using: &generator) else { break }
                let end = now.advanced(bySeconds: Double(Int.random(in: 1...20, using: &generator)))
                pool.release(address, quarantinedUntil: end)
                used.remove(address)
                resting[address] = end
            }
        }
        #expect(exhaustions > 0 || seed > 1)
    }

    @Test(
        "every free address is drawn equally often, in an empty pool and in one that is almost full",
        arguments: [0, 250])
    func uniform(taken: Int) throws {
        var generator = SeededGenerator(seed: 17)
        let network = try IPv4Network("10.0.0.0/23")
        let used = (1...510).shuffled(using: &generator).prefix(taken * 2).compactMap { network.address(at: $0) }
        var counts: [IPv4Address: Int] = [:]
        let full = try AddressPool(network: network, taken: used)
        let cells = 510 - used.count
        for _ in 0..<(cells * 100) {
            var pool = full
            counts[try pool.draw(at: epoch, using: &generator), default: 0] += 1
        }
        #expect(counts.count == cells)
        #expect(chiSquare(Array(counts.values)) < chiSquareLimit(cells))
    }

    @Test("a restarted pool keeps what was in use and in quarantine apart")
    func restart() throws {
        let network = try IPv4Network("10.0.0.0/29")
        let addresses = (0..<8).compactMap { network.address(at: $0) }
        let end = epoch.advanced(bySeconds: 60)
        var generator = SeededGenerator(seed: 2)
        var pool = try AddressPool(
            network: network, taken: [addresses[1], addresses[2], addresses[0], try IPv4Address("192.168.0.1")],
            quarantine: [addresses[2]: end, addresses[3]: end, addresses[4]: epoch])
        #expect(pool.freeCount(at: epoch) == 3)
        let drawn = try (0..<3).map { _ in try pool.draw(at: epoch, using: &generator) }
        #expect(Set(drawn) == Set(addresses[4...6]))
        #expect(throws: MovingTargetError.addressesExhausted(network, nextFreeAt: end)) {
            try pool.draw(at: epoch, using: &generator)
        }
        let last = try pool.draw(at: end, using: &generator)
        #expect(last == addresses[3])
        #expect(throws: MovingTargetError.addressesExhausted(network, nextFreeAt: nil)) {
            try pool.draw(at: end, using: &generator)
        }
    }

    @Test("releasing what is not in use does not put it into quarantine")
    func strayRelease() throws {
        let network = try IPv4Network("10.0.0.0/30")
        var pool = try AddressPool(network: network)
        pool.release(try IPv4Address("10.0.0.1"), quarantinedUntil: epoch.advanced(bySeconds: 60))
        #expect(pool.freeCount(at: epoch) == 2)
    }

    @Test(
        "a network without an address between its first and last is refused", arguments: ["10.0.0.0/31", "10.0.0.0/32"])
    func tooSmall(text: String) throws {
        let network = try IPv4Network(text)
        #expect(throws: MovingTargetError.networkTooSmall(network)) { try AddressPool(network: network) }
    }
}
