import CNetlink
import FleetModel
import Glibc

/// A hardware address.
package struct LinkAddress: Sendable, Hashable, Codable, CustomStringConvertible {
    /// Six bytes.
    package let bytes: [UInt8]

    /// A random address for a single station, marked as locally administered (IEEE 802, second bit of the first byte).
    package static func random(using generator: inout some RandomNumberGenerator) -> LinkAddress {
        var bytes = (0..<6).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        bytes[0] = bytes[0] & 0xFC | 0x02
        return LinkAddress(bytes: bytes)
    }

    /// `02:1f:…`, as `ip link` writes it.
    package var description: String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: ":")
    }
}

/// One end of a pair of virtual Ethernet interfaces.
package struct VethEnd: Sendable {
    /// The interface's name, at most 15 bytes.
    package var name: String
    /// Its hardware address; `nil` leaves the choice to the kernel.
    package var address: LinkAddress?

    /// One end of a pair.
    package init(name: String, address: LinkAddress? = nil) {
        self.name = name
        self.address = address
    }
}

extension NetlinkRequest {
    private static let create = Int(NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL)
    private static let change = Int(NLM_F_REQUEST | NLM_F_ACK)

    /// Makes a pair of interfaces, one here and one in the namespace of an open descriptor.
    package static func addVeth(_ near: VethEnd, _ far: VethEnd, namespace: Int32) -> NetlinkRequest {
        var message = NetlinkMessage(type: Int(RTM_NEWLINK), flags: create, header: ifinfomsg())
        message.append(end: near)
        message.append(Int(IFLA_LINKINFO)) { information in
            information.append(Int(IFLA_INFO_KIND), text: "veth")
            information.append(Int(IFLA_INFO_DATA)) { data in
                data.append(Int(VETH_INFO_PEER)) { peer in
                    peer.append(bytesOf: ifinfomsg())
                    peer.append(end: far)
                    peer.append(Int(IFLA_NET_NS_FD), value: namespace)
                }
            }
        }
        return NetlinkRequest(subject: "interface \(near.name)", message: message)
    }

    /// Says how large packets may be that leave by an interface, in bytes.
    package static func setPacketSize(_ bytes: UInt32, of link: Int32, name: String) -> NetlinkRequest {
        var message = NetlinkMessage(type: Int(RTM_NEWLINK), flags: change, header: ifinfomsg(index: link))
        message.append(Int(IFLA_MTU), value: bytes)
        return NetlinkRequest(subject: "size of packets on interface \(name)", message: message)
    }

    /// Makes a bridge.
    package static func addBridge(_ name: String) -> NetlinkRequest {
        var message = NetlinkMessage(type: Int(RTM_NEWLINK), flags: create, header: ifinfomsg())
        message.append(Int(IFLA_IFNAME), text: name)
        message.append(Int(IFLA_LINKINFO)) { $0.append(Int(IFLA_INFO_KIND), text: "bridge") }
        return NetlinkRequest(subject: "bridge \(name)", message: message, tolerated: [EEXIST])
    }

    /// Makes an interface a port of a bridge.
    package static func enslave(_ link: Int32, to bridge: Int32) -> NetlinkRequest {
        var message = NetlinkMessage(type: Int(RTM_NEWLINK), flags: change, header: ifinfomsg(index: link))
        message.append(Int(IFLA_MASTER), value: bridge)
        return NetlinkRequest(subject: "bridge port \(link)", message: message)
    }

    /// Switches an interface on.
    package static func setUp(_ link: Int32, name: String) -> NetlinkRequest {
        var header = ifinfomsg(index: link)
        header.ifi_flags = linux_link_up
        header.ifi_change = linux_link_up
        return NetlinkRequest(
            subject: "interface \(name)",
            message: NetlinkMessage(type: Int(RTM_NEWLINK), flags: change, header: header))
    }

    /// Puts an interface into a group. Nothing but rules that name it makes a difference between groups.
    package static func setGroup(_ group: UInt32, of link: Int32, name: String) -> NetlinkRequest {
        var message = NetlinkMessage(type: Int(RTM_NEWLINK), flags: change, header: ifinfomsg(index: link))
        message.append(Int(IFLA_GROUP), value: group)
        return NetlinkRequest(subject: "group of interface \(name)", message: message)
    }

    /// Removes an interface, and the other end when it is one of a pair. It need not be there.
    package static func deleteLink(_ name: String) -> NetlinkRequest {
        var message = NetlinkMessage(type: Int(RTM_DELLINK), flags: change, header: ifinfomsg())
        message.append(Int(IFLA_IFNAME), text: name)
        return NetlinkRequest(subject: "interface \(name)", message: message, tolerated: [ENODEV])
    }

    /// Gives an interface an address, unless it has it.
    package static func addAddress(_ address: IPv4Address, prefixLength: Int = 32, link: Int32) -> NetlinkRequest {
        NetlinkRequest(
            subject: "address \(address)/\(prefixLength)",
            message: addressMessage(
                RTM_NEWADDR, flags: Int(NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE), address,
                prefixLength: prefixLength, link: link))
    }

    /// Takes an address off an interface. It need not be there.
    package static func deleteAddress(_ address: IPv4Address, prefixLength: Int = 32, link: Int32) -> NetlinkRequest {
        NetlinkRequest(
            subject: "address \(address)/\(prefixLength)",
            message: addressMessage(RTM_DELADDR, flags: change, address, prefixLength: prefixLength, link: link),
            tolerated: [EADDRNOTAVAIL, ENODEV])
    }

    /// Says for good which hardware address an address has; packets that wait for the answer leave at once.
    package static func replaceNeighbour(_ address: IPv4Address, is hardware: LinkAddress, link: Int32)
        -> NetlinkRequest
    {
        var header = ndmsg()
        header.ndm_family = UInt8(AF_INET)
        header.ndm_ifindex = link
        header.ndm_state = UInt16(NUD_PERMANENT)
        var message = NetlinkMessage(
            type: Int(RTM_NEWNEIGH), flags: Int(NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE),
            header: header)
        message.append(Int(NDA_DST), address: address)
        message.append(Int(NDA_LLADDR), bytes: hardware.bytes)
        return NetlinkRequest(subject: "neighbour \(address)", message: message)
    }

    /// Forgets a neighbour. It need not be there.
    package static func deleteNeighbour(_ address: IPv4Address, link: Int32) -> NetlinkRequest {
        var header = ndmsg()
        header.ndm_family = UInt8(AF_INET)
        header.ndm_ifindex = link
        var message = NetlinkMessage(type: Int(RTM_DELNEIGH), flags: change, header: header)
        message.append(Int(NDA_DST), address: address)
        return NetlinkRequest(subject: "neighbour \(address)", message: message, tolerated: [ENOENT, ENODEV, ENXIO])
    }

    private static func addressMessage(
        _ type: some BinaryInteger, flags: Int, _ address: IPv4Address, prefixLength: Int, link: Int32
    ) -> NetlinkMessage {
        var header = ifaddrmsg()
        header.ifa_family = UInt8(AF_INET)
        header.ifa_prefixlen = UInt8(prefixLength)
        header.ifa_index = UInt32(link)
        var message = NetlinkMessage(type: Int(type), flags: flags, header: header)
        message.append(Int(IFA_LOCAL), address: address)
        message.append(Int(IFA_ADDRESS), address: address)
        return message
    }
}

extension NetlinkMessage {
    fileprivate mutating func append(end: VethEnd) {
        append(Int(IFLA_IFNAME), text: end.name)
        if let address = end.address { append(Int(IFLA_ADDRESS), bytes: address.bytes) }
    }
}

extension ifinfomsg {
    fileprivate init(index: Int32) {
        self.init()
        ifi_index = index
    }
}

extension NetlinkSocket {
    /// The index of an interface; `nil` when there is none of that name.
    package func link(named name: String) throws(NetlinkError) -> Int32? {
        var message = NetlinkMessage(type: Int(RTM_GETLINK), flags: Int(NLM_F_REQUEST | NLM_F_ACK), header: ifinfomsg())
        message.append(Int(IFLA_IFNAME), text: name)
        var index: Int32?
        do {
            try query("interface \(name)", message) { payload in
                guard payload.count >= MemoryLayout<ifinfomsg>.size else { return }
                index = payload.loadUnaligned(as: ifinfomsg.self).ifi_index
            }
        } catch  where error.number == ENODEV {
            return nil
        }
        return index
    }

    /// The index of an interface that must be there.
    package func requireLink(named name: String) throws(NetlinkError) -> Int32 {
        guard let index = try link(named: name) else {
            throw NetlinkError(subject: "interface \(name)", number: ENODEV)
        }
        return index
    }
}
