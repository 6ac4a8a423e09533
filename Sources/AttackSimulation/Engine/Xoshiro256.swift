/// A fast generator of random numbers whose sequence is decided by its seed: xoshiro256**, seeded with SplitMix64.
///
/// Both algorithms are in the public domain. xoshiro256** is by David Blackman and Sebastiano Vigna ("Scrambled Linear
/// Pseudorandom Number Generators", ACM Transactions on Mathematical Software 47(4), 2021): 256 bits of state with a period
/// of 2^256 − 1. SplitMix64 is by Guy Steele, Doug Lea and Christine Flood ("Fast Splittable Pseudorandom Number
/// Generators", OOPSLA 2014); it makes four numbers that have nothing to do with each other of seeds that differ in a bit.
/// Neither is fit for secrets: whoever sees a few numbers knows all later ones.
public struct Xoshiro256: RandomNumberGenerator, Sendable {
    private var state: (UInt64, UInt64, UInt64, UInt64)

    /// The generator of the sequence that belongs to a seed.
    public init(seed: UInt64) {
        var seeder = SplitMix64(state: seed)
        state = (seeder.next(), seeder.next(), seeder.next(), seeder.next())
    }

    /// The generator in a state, of which not all may be 0.
    init(state: (UInt64, UInt64, UInt64, UInt64)) { self.state = state }

    /// The next number.
    @inline(__always)
    public mutating func next() -> UInt64 {
        let product = state.1 &* 5
        let result = (product << 7 | product >> 57) &* 9
        let shifted = state.1 << 17
        state.2 ^= state.0
        state.3 ^= state.1
        state.1 ^= state.2
        state.0 ^= state.3
        state.2 ^= shifted
        state.3 = state.3 << 45 | state.3 >> 19
        return result
    }
}

/// SplitMix64: a counter whose values are mixed.
struct SplitMix64: Sendable {
    private static let step: UInt64 = 0x9E37_79B9_7F4A_7C15
    private var state: UInt64

    init(state: UInt64) { self.state = state }

    mutating func next() -> UInt64 {
        state &+= Self.step
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// A seed that is made of another one and a number. For one seed no two numbers give the same.
    static func seed(_ seed: UInt64, _ number: UInt64) -> UInt64 {
        var start = SplitMix64(state: seed)
        var mixer = SplitMix64(state: start.next() &+ number &* step)
        return mixer.next()
    }
}
