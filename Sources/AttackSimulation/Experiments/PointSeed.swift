/// The seed of a point's runs.
///
/// It hangs on the experiment's seed and the names of the point alone, so a series that is added changes no other point, and
/// points do not share their luck. What they share are the fleets, so that series are compared on the same hosts.
struct PointSeed {
    private var state: UInt64 = 0xCBF2_9CE4_8422_2325

    /// FNV-1a over the seed and the names, each with its length before it, so that no two lists of names look alike.
    static func of(_ seed: UInt64, panel: String, series: String, step: String) -> UInt64 {
        var hash = PointSeed()
        hash.add(seed)
        for name in [panel, series, step] {
            hash.add(UInt64(name.utf8.count))
            for byte in name.utf8 { hash.add(byte) }
        }
        return hash.state
    }

    private mutating func add(_ number: UInt64) {
        for place in 0..<8 { add(UInt8(truncatingIfNeeded: number >> (8 * UInt64(place)))) }
    }

    private mutating func add(_ byte: UInt8) {
        state ^= UInt64(byte)
        state &*= 0x0000_0100_0000_01B3
    }
}
