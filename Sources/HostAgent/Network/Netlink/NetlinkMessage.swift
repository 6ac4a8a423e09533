import CNetlink
import FleetModel

/// A netlink message: a header of the kernel's format and attributes (type, length, value), each padded to 4 bytes.
package struct NetlinkMessage: Sendable {
    private let type: UInt16
    private let flags: UInt16
    private var payload: [UInt8]

    /// A message that begins with a fixed header such as `rtmsg`.
    package init(type: Int, flags: Int, header: some BitwiseCopyable) {
        self.type = UInt16(type)
        self.flags = UInt16(flags)
        payload = []
        append(bytesOf: header)
    }

    /// Appends an attribute that holds a fixed-size value in the machine's byte order.
    package mutating func append(_ attribute: Int, value: some BitwiseCopyable) {
        append(attribute) { $0.append(bytesOf: value) }
    }

    /// Appends an attribute that holds an address, in network byte order as the kernel wants it.
    package mutating func append(_ attribute: Int, address: IPv4Address) {
        append(attribute, value: address.number.bigEndian)
    }

    /// Appends an attribute that holds bytes.
    package mutating func append(_ attribute: Int, bytes: [UInt8]) {
        append(attribute) { $0.payload += bytes }
    }

    /// Appends an attribute that holds a zero-terminated text.
    package mutating func append(_ attribute: Int, text: String) {
        append(attribute, bytes: Array(text.utf8) + [0])
    }

    /// Appends an attribute whose content `fill` appends.
    package mutating func append(_ attribute: Int, fill: (inout NetlinkMessage) -> Void) {
        let start = payload.count
        append(bytesOf: UInt32(0))
        fill(&self)
        let header = nlattr(nla_len: UInt16(payload.count - start), nla_type: UInt16(attribute))
        withUnsafeBytes(of: header) { payload.replaceSubrange(start..<start + 4, with: $0) }
        pad()
    }

    /// Appends a fixed-size value as it stands, such as a header inside an attribute.
    package mutating func append(bytesOf value: some BitwiseCopyable) {
        withUnsafeBytes(of: value) { payload.append(contentsOf: $0) }
        pad()
    }

    /// Appends an attribute that holds a number in network byte order, as the packet filter wants its own.
    package mutating func append(_ attribute: Int, bigEndian number: UInt32) {
        append(attribute, value: number.bigEndian)
    }

    /// Whether the kernel answers it, also when it agrees.
    var isAnswered: Bool { flags & UInt16(NLM_F_ACK) != 0 }

    /// The message as it is sent.
    func encoded(sequence: UInt32) -> [UInt8] {
        let header = nlmsghdr(
            nlmsg_len: UInt32(MemoryLayout<nlmsghdr>.size + payload.count), nlmsg_type: type, nlmsg_flags: flags,
            nlmsg_seq: sequence, nlmsg_pid: 0)
        return withUnsafeBytes(of: header) { Array($0) } + payload
    }

    private mutating func pad() {
        while payload.count % 4 != 0 { payload.append(0) }
    }
}
