import Glibc

extension Xoshiro256 {
    /// An even number from 0 to below 1, made as `Placement` makes its draws.
    @inline(__always)
    mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// An even number above 0 and at most 1, of which a logarithm can be taken.
    @inline(__always)
    mutating func positiveUniform() -> Double { 1 - uniform() }

    /// An even number from 0 to below `count`. For counts far below 2^53, as of hosts, no number is likelier than another
    /// by more than a billionth.
    @inline(__always)
    mutating func index(below count: Int) -> Int { Int(uniform() * Double(count)) }

    /// An exponential time.
    @inline(__always)
    mutating func exponential(mean: Double) -> Double { -mean * log(positiveUniform()) }

    /// A standard normal number (Box and Muller, 1958). The second one that the method has is not kept, so that every
    /// number takes two draws.
    mutating func normal() -> Double {
        let radius = (-2 * log(positiveUniform())).squareRoot()
        return radius * cos(2 * .pi * uniform())
    }

    /// A gamma number with this shape and scale 1 (Marsaglia and Tsang, "A Simple Method for Generating Gamma Variables",
    /// ACM Transactions on Mathematical Software 26(3), 2000).
    mutating func gamma(shape: Double) -> Double {
        // Below 1 the method does not hold: Γ(a) = Γ(a + 1)·U^(1/a).
        guard shape >= 1 else { return gamma(shape: shape + 1) * pow(positiveUniform(), 1 / shape) }
        let scale = shape - 1.0 / 3
        let spread = 1 / (9 * scale).squareRoot()
        while true {
            let normal = normal()
            let root = 1 + spread * normal
            guard root > 0 else { continue }
            let cube = root * root * root
            if log(positiveUniform()) < normal * normal / 2 + scale - scale * cube + scale * log(cube) {
                return scale * cube
            }
        }
    }
}
