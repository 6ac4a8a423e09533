import CNetlink
import Glibc

/// A chain of the packet filter through which packets come.
struct FilterChain: Sendable {
    /// Where packets come from.
    enum Hook: UInt32, Sendable {
        /// From outside, and by way of the loopback.
        case arriving = 0  // NF_INET_PRE_ROUTING
        /// From the namespace's own sockets.
        case leaving = 3  // NF_INET_LOCAL_OUT
    }

    let name: String
    let hook: Hook
    /// Which packets it drops; each rule is what must be true of a packet.
    let drops: [[FilterCondition]]
}

/// What a rule of the packet filter asks of a packet.
enum FilterCondition: Sendable {
    /// It comes in by an interface of this group.
    case comesThroughGroup(UInt32)
    /// It goes out by an interface of this group.
    case leavesThroughGroup(UInt32)
    /// It is one of TCP.
    case isTCP
    /// Of TCP's flags under a mask it has these.
    case flags(UInt8, mask: UInt8)
}

/// Rules of the packet filter as the kernel takes them (nf_tables), for what is made while a container stands still: to start
/// `nft` takes longer than all the rest. Everything else is left to it.
extension NetlinkRequest {
    /// Puts a table for all families in the place of what may have its name. All of it or nothing happens.
    static func replaceFilter(_ table: String, _ chains: [FilterChain]) -> [NetlinkRequest] {
        let subject = "packet filter \(table)"
        func request(_ type: nf_tables_msg_types, _ flags: UInt32, _ fill: (inout NetlinkMessage) -> Void)
            -> NetlinkRequest
        {
            var message = NetlinkMessage(
                type: Int(NFNL_SUBSYS_NFTABLES) << 8 | Int(type.rawValue),
                flags: Int(NLM_F_REQUEST | NLM_F_ACK) | Int(flags),
                header: nfgenmsg(nfgen_family: everyFamily, version: UInt8(NFNETLINK_V0), res_id: 0))
            fill(&message)
            return NetlinkRequest(subject: subject, message: message)
        }
        func batch(_ type: Int32) -> NetlinkRequest {
            NetlinkRequest(
                subject: subject,
                message: NetlinkMessage(
                    type: Int(type), flags: Int(NLM_F_REQUEST),
                    header: nfgenmsg(
                        nfgen_family: UInt8(AF_UNSPEC), version: UInt8(NFNETLINK_V0),
                        res_id: UInt16(NFNL_SUBSYS_NFTABLES).bigEndian)))
        }
        let create = UInt32(NLM_F_CREATE)
        let new = request(NFT_MSG_NEWTABLE, create) { $0.append(Int(NFTA_TABLE_NAME.rawValue), text: table) }
        let gone = request(NFT_MSG_DELTABLE, 0) { $0.append(Int(NFTA_TABLE_NAME.rawValue), text: table) }
        var requests = [batch(Int32(NFNL_MSG_BATCH_BEGIN)), new, gone, new]
        for chain in chains {
            requests.append(request(NFT_MSG_NEWCHAIN, create) { $0.append(chain, in: table) })
            for rule in chain.drops {
                requests.append(
                    request(NFT_MSG_NEWRULE, create | UInt32(NLM_F_APPEND)) {
                        $0.append(Int(NFTA_RULE_TABLE.rawValue), text: table)
                        $0.append(Int(NFTA_RULE_CHAIN.rawValue), text: chain.name)
                        $0.append(Int(NFTA_RULE_EXPRESSIONS.rawValue)) { list in
                            for condition in rule { list.append(condition) }
                            list.appendDrop()
                        }
                    })
            }
        }
        return requests + [batch(Int32(NFNL_MSG_BATCH_END))]
    }

    private static let everyFamily: UInt8 = 1  // NFPROTO_INET
}

extension NetlinkMessage {
    /// The register in which a rule keeps what it compares.
    private static var register: UInt32 { NFT_REG_1.rawValue }
    /// Before connections are tracked.
    private static var priority: Int32 { -300 }  // NF_IP_PRI_RAW

    fileprivate mutating func append(_ chain: FilterChain, in table: String) {
        append(Int(NFTA_CHAIN_TABLE.rawValue), text: table)
        append(Int(NFTA_CHAIN_NAME.rawValue), text: chain.name)
        append(Int(NFTA_CHAIN_HOOK.rawValue)) { hook in
            hook.append(Int(NFTA_HOOK_HOOKNUM.rawValue), bigEndian: chain.hook.rawValue)
            hook.append(Int(NFTA_HOOK_PRIORITY.rawValue), bigEndian: UInt32(bitPattern: Self.priority))
        }
        append(Int(NFTA_CHAIN_POLICY.rawValue), bigEndian: linux_filter_accept)
        append(Int(NFTA_CHAIN_TYPE.rawValue), text: "filter")
    }

    fileprivate mutating func append(_ condition: FilterCondition) {
        switch condition {
        case .comesThroughGroup(let group):
            append(packet: NFT_META_IIFGROUP)
            append(equal: withUnsafeBytes(of: group) { Array($0) })
        case .leavesThroughGroup(let group):
            append(packet: NFT_META_OIFGROUP)
            append(equal: withUnsafeBytes(of: group) { Array($0) })
        case .isTCP:
            append(packet: NFT_META_L4PROTO)
            append(equal: [UInt8(IPPROTO_TCP)])
        case .flags(let flags, let mask):
            appendFlags(mask: mask)
            append(equal: [flags])
        }
    }

    private mutating func append(packet key: nft_meta_keys) {
        append(expression: "meta") {
            $0.append(Int(NFTA_META_DREG.rawValue), bigEndian: Self.register)
            $0.append(Int(NFTA_META_KEY.rawValue), bigEndian: key.rawValue)
        }
    }

    /// The flags of TCP's header (RFC 9293, section 3.1) are its fourteenth byte.
    private mutating func appendFlags(mask: UInt8) {
        append(expression: "payload") {
            $0.append(Int(NFTA_PAYLOAD_DREG.rawValue), bigEndian: Self.register)
            $0.append(Int(NFTA_PAYLOAD_BASE.rawValue), bigEndian: NFT_PAYLOAD_TRANSPORT_HEADER.rawValue)
            $0.append(Int(NFTA_PAYLOAD_OFFSET.rawValue), bigEndian: 13)
            $0.append(Int(NFTA_PAYLOAD_LEN.rawValue), bigEndian: 1)
        }
        append(expression: "bitwise") {
            $0.append(Int(NFTA_BITWISE_SREG.rawValue), bigEndian: Self.register)
            $0.append(Int(NFTA_BITWISE_DREG.rawValue), bigEndian: Self.register)
            $0.append(Int(NFTA_BITWISE_LEN.rawValue), bigEndian: 1)
            $0.append(Int(NFTA_BITWISE_MASK.rawValue)) { $0.append(Int(NFTA_DATA_VALUE.rawValue), bytes: [mask]) }
            $0.append(Int(NFTA_BITWISE_XOR.rawValue)) { $0.append(Int(NFTA_DATA_VALUE.rawValue), bytes: [0]) }
        }
    }

    private mutating func append(equal bytes: [UInt8]) {
        append(expression: "cmp") {
            $0.append(Int(NFTA_CMP_SREG.rawValue), bigEndian: Self.register)
            $0.append(Int(NFTA_CMP_OP.rawValue), bigEndian: NFT_CMP_EQ.rawValue)
            $0.append(Int(NFTA_CMP_DATA.rawValue)) { $0.append(Int(NFTA_DATA_VALUE.rawValue), bytes: bytes) }
        }
    }

    fileprivate mutating func appendDrop() {
        append(expression: "immediate") {
            $0.append(Int(NFTA_IMMEDIATE_DREG.rawValue), bigEndian: NFT_REG_VERDICT.rawValue)
            $0.append(Int(NFTA_IMMEDIATE_DATA.rawValue)) {
                $0.append(Int(NFTA_DATA_VERDICT.rawValue)) {
                    $0.append(Int(NFTA_VERDICT_CODE.rawValue), bigEndian: linux_filter_drop)
                }
            }
        }
    }

    private mutating func append(expression name: String, _ fill: (inout NetlinkMessage) -> Void) {
        append(Int(NFTA_LIST_ELEM.rawValue)) {
            $0.append(Int(NFTA_EXPR_NAME.rawValue), text: name)
            $0.append(Int(NFTA_EXPR_DATA.rawValue), fill: fill)
        }
    }
}
