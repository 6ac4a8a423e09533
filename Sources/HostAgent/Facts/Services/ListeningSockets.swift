/// A socket that packets from outside can reach.
struct ListeningSocket: Sendable, Hashable {
    /// `tcp` or `udp`.
    var transport: String
    /// Its port.
    var port: UInt16
    /// The number by which the descriptors of processes name it.
    var inode: UInt64
}

/// Parses the kernel's lists of sockets, `/proc/net/tcp`, `tcp6`, `udp` and `udp6` (proc(5)).
enum ListeningSockets {
    /// TCP sockets that listen, and UDP sockets that take packets from anyone.
    ///
    /// Those on loopback addresses only are left out: no neighbour's packet gets there. So are UDP sockets on ports that
    /// the kernel gives to clients (`ephemeral`), which wait for an answer and are gone after it.
    static func parse(_ text: String, transport: String, ephemeral: ClosedRange<UInt16>) -> [ListeningSocket] {
        // States by their numbers in the kernel: LISTEN 0A; UDP sockets that are connected to nobody say CLOSE, 07.
        let wanted = transport == "tcp" ? "0A" : "07"
        return text.split(whereSeparator: \.isNewline).compactMap { line in
            let fields = line.split(separator: " ")
            guard fields.count > 9, fields[3] == wanted, let inode = UInt64(fields[9]), inode != 0,
                let colon = fields[1].lastIndex(of: ":"),
                let port = UInt16(fields[1][fields[1].index(after: colon)...], radix: 16),
                !isLoopback(fields[1][..<colon])
            else { return nil }
            if transport == "udp", ephemeral.contains(port) { return nil }
            return ListeningSocket(transport: transport, port: port, inode: inode)
        }
    }

    /// Parses `/proc/sys/net/ipv4/ip_local_port_range`.
    static func portRange(_ text: String) -> ClosedRange<UInt16>? {
        let numbers = text.split(whereSeparator: \.isWhitespace).compactMap { UInt16($0) }
        return numbers.count == 2 && numbers[0] <= numbers[1] ? numbers[0]...numbers[1] : nil
    }

    /// The addresses are written as 32-bit words in the machine's byte order, so 127.0.0.1 is 0100007F on a machine that
    /// stores the lowest byte first.
    private static func isLoopback(_ address: Substring) -> Bool {
        let words = stride(from: 0, to: address.utf8.count, by: 8).compactMap { offset -> UInt32? in
            let start = address.index(address.startIndex, offsetBy: offset)
            guard let end = address.index(start, offsetBy: 8, limitedBy: address.endIndex) else { return nil }
            return UInt32(address[start..<end], radix: 16).map { UInt32(bigEndian: $0) }
        }
        switch words.count {
        case 1: return words[0] >> 24 == 127
        case 4 where words[0] == 0 && words[1] == 0:
            return words[2] == 0 ? words[3] == 1 : words[2] == 0xFFFF && words[3] >> 24 == 127
        default: return false
        }
    }
}
