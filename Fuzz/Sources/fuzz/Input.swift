/// The bytes of one run: the first seeds the choices that the target has, the others are what it reads.
struct Input {
    let seed: UInt8
    let bytes: [UInt8]

    init(_ raw: UnsafeRawBufferPointer) {
        seed = raw.first ?? 0
        bytes = Array(raw.dropFirst())
    }

    /// The lengths of pieces in which the bytes arrive: random ones, and for some seeds single bytes.
    func pieces(_ salt: UInt64) -> [Int] {
        var random = Choices(seed: UInt64(seed) << 8 | salt)
        let largest = [1, 4, 30, 300][Int(random.next() % 4)]
        var pieces: [Int] = []
        var left = bytes.count
        while left > 0 {
            let piece = min(left, 1 + Int(random.next() % UInt64(largest)))
            pieces.append(piece)
            left -= piece
        }
        return pieces
    }
}

/// Random numbers that are the same in every run (SplitMix64).
struct Choices {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
