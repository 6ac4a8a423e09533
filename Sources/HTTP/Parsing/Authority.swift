/// `host [":" port]` as the Host field and absolute targets carry it (RFC 9110 section 7.2, RFC 3986 section 3.2).
enum Authority {
    static func isValid(_ bytes: Slice<UnsafeRawBufferPointer>) -> Bool {
        guard let first = bytes.first else { return false }
        var index = bytes.startIndex
        if first == UInt8(ascii: "[") {
            guard let close = bytes.firstIndex(of: UInt8(ascii: "]")), close > index + 1 else { return false }
            guard bytes[(index + 1)..<close].allSatisfy(isAddressLiteral) else { return false }
            index = close + 1
        } else {
            while index < bytes.endIndex, isRegisteredName(bytes[index]) { index += 1 }
            guard index > bytes.startIndex else { return false }
        }
        guard index < bytes.endIndex else { return true }
        guard bytes[index] == UInt8(ascii: ":") else { return false }
        let port = bytes[(index + 1)...]
        guard !port.isEmpty else { return true }
        guard port.count <= 5, let number = Characters.decimal(port) else { return false }
        return number <= 65535
    }

    private static func isAddressLiteral(_ byte: UInt8) -> Bool {
        Characters.hexValue(byte) != nil || byte == UInt8(ascii: ":") || byte == UInt8(ascii: ".")
    }

    private static func isRegisteredName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "%"),
            UInt8(ascii: "!"), UInt8(ascii: "$"), UInt8(ascii: "&"), UInt8(ascii: "'"), UInt8(ascii: "("),
            UInt8(ascii: ")"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: ";"), UInt8(ascii: "="):
            true
        default:
            false
        }
    }
}
