import FleetModel
import Glibc

extension RelocationClock {
    /// Draws how long a stay lasts, in seconds from its beginning, given that it has lasted longer than `elapsed` seconds
    /// already. Takes one random number, and inverts the law.
    ///
    /// A draw that is thrown away halfway and made again with the time elapsed so far has the same law as the first one,
    /// so a change of policy or a restart does not lengthen stays.
    /// - Returns: `elapsed` when no stay is longer than that; `nil` when the clock never fires.
    @inlinable
    public func draw(after elapsed: Double = 0, using generator: inout some RandomNumberGenerator) -> Double? {
        // As `Double.random(in: 0..<1)`, which would cost several times the rest where the kind of generator is not known.
        // It is inlined for the same reason: simulations draw many million times. Above 0, since a logarithm is taken of it.
        fires ? stay(survivedBy: 1 - Double(generator.next() & (1 << 53 - 1)) * 0x1p-53, after: elapsed) : nil
    }

    /// How long the stay lasts of which this share of stays is longer, of those that are longer than `elapsed`.
    @usableFromInline
    func stay(survivedBy share: Double, after elapsed: Double) -> Double? {
        guard let law else { return nil }
        // Every stay is longer than what is below the bound, so there it says nothing.
        if elapsed < least { return bounded(law.time(survivedBy: share)) }
        guard elapsed < most, let seconds = law.time(survivedBy: share, after: elapsed) else { return elapsed }
        return min(seconds, most)
    }

    /// Draws when the stay of a container that arrived then, and that is still there now, is over: never before now, and
    /// now when it should have left already.
    /// - Returns: `nil` when the clock never fires.
    public func deadline(
        arrivedAt arrival: Timestamp, at now: Timestamp, using generator: inout some RandomNumberGenerator
    ) -> Timestamp? {
        let elapsed = max(0, now.seconds(since: arrival))
        return draw(after: elapsed, using: &generator).map { max(now, arrival.advanced(bySeconds: $0)) }
    }

    /// The probability 1 − e^(−λt) that an attack which began on arrival has finished, 0 before the arrival.
    public func risk(arrivedAt arrival: Timestamp, at now: Timestamp) -> Double {
        let stay = max(0, now.seconds(since: arrival))
        return -expm1(-attacksPerSecond * stay)
    }
}
