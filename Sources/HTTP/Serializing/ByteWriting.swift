extension [UInt8] {
    /// Appends ASCII text without making a string of it.
    @inline(__always)
    mutating func append(_ text: StaticString) {
        append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    mutating func append(text: String) {
        append(contentsOf: text.utf8)
    }

    /// Appends a number that is not negative, in decimal.
    mutating func append(decimal value: Int) {
        guard value >= 10 else {
            append(UInt8(ascii: "0") + UInt8(value))
            return
        }
        let start = count
        var rest = value
        while rest > 0 {
            append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        }
        self[start...].reverse()
    }

    /// Appends a number that is not negative, in lowercase hexadecimal.
    mutating func append(hexadecimal value: Int) {
        guard value > 0 else {
            append(UInt8(ascii: "0"))
            return
        }
        var shift = (value.bitWidth - value.leadingZeroBitCount - 1) / 4 * 4
        while shift >= 0 {
            let digit = UInt8(value >> shift & 0xF)
            append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
            shift -= 4
        }
    }
}
