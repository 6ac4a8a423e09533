/// An IPv4 address.
public struct IPv4Address: Sendable, Hashable, Comparable, StringCodable {
    /// The address as a number in host byte order: 10.0.0.1 is 0x0A00_0001.
    public let number: UInt32

    /// The address with this number in host byte order.
    public init(number: UInt32) { self.number = number }

    /// Parses dotted-quad notation without leading zeros.
    /// - Throws: `ModelError.invalidAddress`.
    public init(_ text: String) throws {
        var number: UInt32 = 0
        var octets = 0
        var octet: UInt32?
        for byte in text.utf8 {
            if byte == UInt8(ascii: "."), let whole = octet {
                number = number << 8 | whole
                octets += 1
                octet = nil
            } else if (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte), octet != 0 {
                let next = (octet ?? 0) * 10 + UInt32(byte - UInt8(ascii: "0"))
                guard next <= 255 else { throw ModelError.invalidAddress(text) }
                octet = next
            } else {
                throw ModelError.invalidAddress(text)
            }
        }
        guard octets == 3, let last = octet else { throw ModelError.invalidAddress(text) }
        number = number << 8 | last
        self.number = number
    }

    /// Dotted-quad notation.
    public var description: String {
        "\(number >> 24).\(number >> 16 & 0xFF).\(number >> 8 & 0xFF).\(number & 0xFF)"
    }

    /// By number.
    public static func < (left: Self, right: Self) -> Bool { left.number < right.number }
}

/// An IPv4 network in CIDR notation.
public struct IPv4Network: Sendable, Hashable, StringCodable {
    /// The network's first address, whose host bits are 0.
    public let base: IPv4Address
    /// The length of the network's prefix, 0 to 32 bits.
    public let prefixLength: Int

    /// Parses CIDR notation such as `10.88.0.0/16`.
    /// - Throws: `ModelError.invalidNetwork`.
    public init(_ text: String) throws {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let length = Int(parts[1]), (0...32).contains(length),
            let base = try? IPv4Address(String(parts[0]))
        else { throw ModelError.invalidNetwork(text) }
        self.base = base
        prefixLength = length
        guard base.number & hostMask == 0 else { throw ModelError.invalidNetwork(text) }
    }

    /// The network in which an address lies.
    /// - Parameter prefixLength: the length of its prefix, 0 to 32 bits.
    public init(of address: IPv4Address, prefixLength: Int) {
        self.prefixLength = prefixLength
        let hostMask = prefixLength == 32 ? 0 : UInt32.max >> UInt32(prefixLength)
        base = IPv4Address(number: address.number & ~hostMask)
    }

    /// CIDR notation.
    public var description: String { "\(base)/\(prefixLength)" }

    /// The number of addresses in the network, its first and last included.
    public var count: Int { Int(hostMask) + 1 }

    /// Whether the address lies in the network.
    public func contains(_ address: IPv4Address) -> Bool { address.number & ~hostMask == base.number }

    /// The address at an offset from the base; `nil` outside the network.
    public func address(at offset: Int) -> IPv4Address? {
        guard (0..<count).contains(offset) else { return nil }
        return IPv4Address(number: base.number + UInt32(offset))
    }

    private var hostMask: UInt32 { prefixLength == 32 ? 0 : UInt32.max >> UInt32(prefixLength) }
}
