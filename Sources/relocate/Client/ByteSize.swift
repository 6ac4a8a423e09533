/// A number of bytes as people write it: `256MiB`, `1G`, `1.5GiB`, `500MB`, `1048576`.
///
/// `K`, `M`, `G`, `T` alone and with `iB` count in powers of 1024, as other container tools do; with `B` alone in powers
/// of 1000. Case does not matter.
struct ByteSize: Sendable, Hashable {
    /// The number of bytes.
    let bytes: Int

    /// Reads a size.
    /// - Throws: `ClientError.badInput`.
    init(_ text: String) throws {
        let number = text.prefix { $0.isASCII && $0.isNumber || $0 == "." }
        let unit = text.dropFirst(number.count).trimmingPrefix(" ").lowercased()
        guard let value = Double(number), let factor = Self.factor(of: unit) else {
            throw ClientError.badInput("write a number of bytes with or without a unit, such as 256MiB, 1.5G or 500MB")
        }
        guard value * factor < 1e18 else { throw ClientError.badInput("the size is too large") }
        bytes = Int((value * factor).rounded())
    }

    private static func factor(of unit: String) -> Double? {
        if unit.isEmpty || unit == "b" { return 1 }
        guard let letter = unit.first, let power = ["k", "m", "g", "t"].firstIndex(of: String(letter)) else {
            return nil
        }
        let base: Double
        switch unit.dropFirst() {
        case "", "ib": base = 1024
        case "b": base = 1000
        default: return nil
        }
        return (0...power).reduce(1) { product, _ in product * base }
    }
}
