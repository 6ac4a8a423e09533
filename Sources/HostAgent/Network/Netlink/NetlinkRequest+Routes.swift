import CNetlink
import FleetModel
import Glibc

/// Which packets a route is for.
package enum RouteDestination: Sendable, Hashable, CustomStringConvertible {
    /// Those to one address.
    case host(IPv4Address)
    /// Those to a network.
    case network(IPv4Network)
    /// All that no other route is for.
    case everything

    /// CIDR notation.
    package var description: String {
        switch self {
        case .host(let address): "\(address)/32"
        case .network(let network): "\(network)"
        case .everything: "default"
        }
    }

    fileprivate var base: IPv4Address? {
        switch self {
        case .host(let address): address
        case .network(let network): network.base
        case .everything: nil
        }
    }

    fileprivate var prefixLength: Int {
        switch self {
        case .host: 32
        case .network(let network): network.prefixLength
        case .everything: 0
        }
    }
}

/// Where a route sends packets.
package enum RouteTarget: Sendable, Hashable {
    /// Straight out of an interface.
    case link(Int32)
    /// To a neighbour's address.
    case gateway(IPv4Address)
    /// To a neighbour's address that is taken to be on this interface's link, with the source address for packets
    /// that have none yet.
    case onLinkGateway(IPv4Address, link: Int32, source: IPv4Address)
    /// Nowhere: the sender is told that the destination is unreachable.
    case unreachable
}

/// A table of routes.
package enum RoutingTable: Sendable, Hashable {
    /// The one that holds for all packets.
    case main
    /// One that a rule leads to.
    case number(UInt32)

    fileprivate var number: UInt32 {
        switch self {
        case .main: UInt32(RT_TABLE_MAIN.rawValue)
        case .number(let number): number
        }
    }
}

extension NetlinkRequest {
    /// Marks this project's routes in the kernel's tables (`proto 82`), as routing daemons do with theirs.
    package static let routeProtocol: UInt8 = 82

    /// Adds a route, or replaces the one to the same destination with the same metric (0 is the best).
    /// - Parameter mtu: the size of packets on it; `nil` for that of the link.
    package static func replaceRoute(
        _ destination: RouteDestination, to target: RouteTarget, metric: UInt32 = 0, mtu: UInt32? = nil,
        in table: RoutingTable = .main
    ) -> NetlinkRequest {
        var header = routeHeader(destination)
        header.rtm_protocol = routeProtocol
        header.rtm_type = UInt8(RTN_UNICAST)
        header.rtm_scope = UInt8(RT_SCOPE_UNIVERSE.rawValue)
        switch target {
        case .link: header.rtm_scope = UInt8(RT_SCOPE_LINK.rawValue)
        case .gateway: break
        case .onLinkGateway: header.rtm_flags = UInt32(RTNH_F_ONLINK)
        case .unreachable: header.rtm_type = UInt8(RTN_UNREACHABLE)
        }
        var message = NetlinkMessage(
            type: Int(RTM_NEWROUTE), flags: Int(NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE),
            header: header)
        message.append(route: destination, metric: metric, in: table)
        if let mtu { message.append(Int(RTA_METRICS.rawValue)) { $0.append(Int(RTAX_MTU), value: mtu) } }
        switch target {
        case .link(let index):
            message.append(Int(RTA_OIF.rawValue), value: index)
        case .gateway(let address):
            message.append(Int(RTA_GATEWAY.rawValue), address: address)
        case .onLinkGateway(let address, let index, let source):
            message.append(Int(RTA_GATEWAY.rawValue), address: address)
            message.append(Int(RTA_OIF.rawValue), value: index)
            message.append(Int(RTA_PREFSRC.rawValue), address: source)
        case .unreachable:
            break
        }
        return NetlinkRequest(subject: "route \(destination)", message: message)
    }

    /// Removes a route, whatever its target, or only the one out of an interface. It need not be there.
    package static func deleteRoute(
        _ destination: RouteDestination, link: Int32? = nil, metric: UInt32 = 0, in table: RoutingTable = .main
    ) -> NetlinkRequest {
        var header = routeHeader(destination)
        header.rtm_scope = UInt8(RT_SCOPE_NOWHERE.rawValue)
        var message = NetlinkMessage(
            type: Int(RTM_DELROUTE), flags: Int(NLM_F_REQUEST | NLM_F_ACK), header: header)
        message.append(route: destination, metric: metric, in: table)
        if let link { message.append(Int(RTA_OIF.rawValue), value: link) }
        return NetlinkRequest(subject: "route \(destination)", message: message, tolerated: [ESRCH, ENODEV])
    }

    /// Lets packets with a mark take the routes of a table first; where it has none, the others hold.
    package static func addRule(mark: UInt32, table: UInt32) -> NetlinkRequest {
        NetlinkRequest(
            subject: "rule for packets marked \(mark)",
            message: ruleMessage(
                RTM_NEWRULE, flags: Int(NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL), mark: mark, table: table
            ), tolerated: [EEXIST])
    }

    /// Removes such a rule. It need not be there.
    package static func deleteRule(mark: UInt32, table: UInt32) -> NetlinkRequest {
        NetlinkRequest(
            subject: "rule for packets marked \(mark)",
            message: ruleMessage(RTM_DELRULE, flags: Int(NLM_F_REQUEST | NLM_F_ACK), mark: mark, table: table),
            tolerated: [ENOENT])
    }

    private static func ruleMessage(
        _ type: some BinaryInteger, flags: Int, mark: UInt32, table: UInt32
    ) -> NetlinkMessage {
        var header = fib_rule_hdr()
        header.family = UInt8(AF_INET)
        header.action = UInt8(FR_ACT_TO_TBL)
        var message = NetlinkMessage(type: Int(type), flags: flags, header: header)
        message.append(Int(FRA_PRIORITY), value: rulePriority)
        message.append(Int(FRA_FWMARK), value: mark)
        message.append(Int(FRA_TABLE), value: table)
        return message
    }

    /// Where this project's rules stand among others: before the main table (32766), behind the machine's own addresses.
    private static let rulePriority: UInt32 = 8200

    private static func routeHeader(_ destination: RouteDestination) -> rtmsg {
        var header = rtmsg()
        header.rtm_family = UInt8(AF_INET)
        header.rtm_dst_len = UInt8(destination.prefixLength)
        header.rtm_table = UInt8(RT_TABLE_UNSPEC.rawValue)
        return header
    }
}

extension NetlinkMessage {
    fileprivate mutating func append(route destination: RouteDestination, metric: UInt32, in table: RoutingTable) {
        append(Int(RTA_TABLE.rawValue), value: table.number)
        if let base = destination.base { append(Int(RTA_DST.rawValue), address: base) }
        if metric > 0 { append(Int(RTA_PRIORITY.rawValue), value: metric) }
    }
}
