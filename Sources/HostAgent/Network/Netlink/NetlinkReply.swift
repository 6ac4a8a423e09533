import CNetlink

/// One message that the kernel sent, inside the buffer in which it was received.
struct NetlinkReply {
    let header: nlmsghdr
    /// What follows the netlink header.
    let payload: UnsafeRawBufferPointer

    /// Takes the first message off received bytes; `nil` when no whole one is left.
    init?(_ bytes: inout Slice<UnsafeRawBufferPointer>) {
        let size = MemoryLayout<nlmsghdr>.size
        guard bytes.count >= size else { return nil }
        let whole = UnsafeRawBufferPointer(rebasing: bytes)
        header = whole.loadUnaligned(as: nlmsghdr.self)
        let length = Int(header.nlmsg_len)
        guard length >= size, length <= whole.count else { return nil }
        payload = UnsafeRawBufferPointer(rebasing: whole[size..<length])
        bytes = bytes.dropFirst((length + 3) & ~3)
    }

    /// The refusal that an acknowledgement holds; `nil` when the kernel agreed. The kernel's text is an attribute
    /// behind the header of the message that it answers, or behind that whole message where it is sent back.
    func refusal(of subject: String) -> NetlinkError? {
        guard payload.count >= MemoryLayout<nlmsgerr>.size else { return nil }
        let acknowledgement = payload.loadUnaligned(as: nlmsgerr.self)
        guard acknowledgement.error != 0 else { return nil }
        var error = NetlinkError(subject: subject, number: -acknowledgement.error)
        guard header.nlmsg_flags & UInt16(NLM_F_ACK_TLVS) != 0 else { return error }
        var offset = MemoryLayout<nlmsgerr>.size
        if header.nlmsg_flags & UInt16(NLM_F_CAPPED) == 0 {
            offset += max(0, Int(acknowledgement.msg.nlmsg_len) - MemoryLayout<nlmsghdr>.size)
        }
        guard offset <= payload.count else { return error }
        for attribute in NetlinkAttributes(UnsafeRawBufferPointer(rebasing: payload[offset...])) {
            guard attribute.type == Int(NLMSGERR_ATTR_MSG.rawValue) else { continue }
            error.detail = String(decoding: attribute.value.prefix { $0 != 0 }, as: UTF8.self)
        }
        return error
    }
}

/// The attributes in a part of a received message.
struct NetlinkAttributes: Sequence, IteratorProtocol {
    private var rest: UnsafeRawBufferPointer

    /// The attributes that these bytes hold.
    init(_ bytes: UnsafeRawBufferPointer) { rest = bytes }

    /// The next attribute; `nil` after the last whole one.
    mutating func next() -> (type: Int, value: UnsafeRawBufferPointer)? {
        let size = MemoryLayout<nlattr>.size
        guard rest.count >= size else { return nil }
        let header = rest.loadUnaligned(as: nlattr.self)
        let length = Int(header.nla_len)
        guard length >= size, length <= rest.count else { return nil }
        let value = UnsafeRawBufferPointer(rebasing: rest[size..<length])
        rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst((length + 3) & ~3))
        return (Int(header.nla_type), value)
    }
}
