import FleetModel
import RelocateTesting
import Testing

@testable import FleetCore

@Suite("Addresses that rest")
struct AddressQuarantineTests {
    @Test("each rests exactly as long as it was told, and is forgotten then", arguments: 1...4 as ClosedRange<UInt64>)
    func ends(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var quarantine = AddressQuarantine()
        var known: [IPv4Address: Timestamp] = [:]
        var now = epoch
        for _ in 0..<3000 {
            now = now.advanced(bySeconds: Double.random(in: 0...20, using: &generator))
            let address = IPv4Address(number: UInt32.random(in: 1...50, using: &generator))
            let end = now.advanced(bySeconds: Double.random(in: 0...600, using: &generator))
            quarantine.add(address, until: end)
            known[address] = end
            quarantine.forget(before: now)
            for (address, end) in known {
                #expect(quarantine.end(of: address, at: now) == (end > now ? end : nil))
            }
            // Those of the minute that has begun may still be there.
            let late = known.values.count { $0.milliseconds / 60_000 >= now.milliseconds / 60_000 }
            #expect(quarantine.count == late)
        }
    }
}
