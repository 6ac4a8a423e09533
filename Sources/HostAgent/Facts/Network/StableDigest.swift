/// A number that stands for a text, the same on every host and in every version.
///
/// FNV-1a with 64 bits (Fowler, Noll, Vo; draft-eastlake-fnv). It tells hosts apart that nobody has made to look
/// alike; it is no proof against somebody who wants two rule sets to have one digest, and who could as well write the
/// same rules.
enum StableDigest {
    /// The digest of lines, in hexadecimal digits.
    static func of(_ lines: [String]) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for line in lines {
            for byte in line.utf8 { add(byte, to: &hash) }
            add(UInt8(ascii: "\n"), to: &hash)
        }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    private static func add(_ byte: UInt8, to hash: inout UInt64) {
        hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
    }
}
