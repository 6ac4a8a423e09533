import CNetlink
import FleetModel
import Glibc

/// An IPv4 address of an interface.
struct InterfaceAddress: Sendable, Hashable {
    /// The interface's name.
    var interface: String
    /// The address.
    var address: IPv4Address
    /// The length of its network's prefix.
    var prefixLength: Int
    /// Whether the interface is switched on.
    var isUp: Bool
}

/// Where the host is in the network.
enum HostInterfaces {
    /// All IPv4 addresses of the calling thread's network namespace; `nil` when the kernel does not tell.
    static func addresses() -> [InterfaceAddress]? {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&list) == 0 else { return nil }
        defer { freeifaddrs(list) }
        var addresses: [InterfaceAddress] = []
        var next = list
        while let entry = next?.pointee {
            next = entry.ifa_next
            guard let address = entry.ifa_addr, address.pointee.sa_family == AF_INET, let mask = entry.ifa_netmask
            else {
                continue
            }
            addresses.append(
                InterfaceAddress(
                    interface: String(cString: entry.ifa_name), address: IPv4Address(number: number(address)),
                    prefixLength: number(mask).nonzeroBitCount, isUp: entry.ifa_flags & linux_link_up != 0))
        }
        return addresses
    }

    /// The networks that the host shares with other machines, in CIDR notation; `nil` when it has none.
    ///
    /// Left out are loopback and link-local addresses, single addresses (of routed containers and of tunnels), and the
    /// bridges and interfaces that container engines and hypervisors make: every host with Docker has 172.17.0.0/16,
    /// which says nothing about where it is.
    static func subnets(_ addresses: [InterfaceAddress]) -> AttributeValue? {
        let networks = addresses.filter { entry in
            entry.isUp && entry.prefixLength < 31 && entry.address.number >> 24 != 127
                && entry.address.number >> 16 != 0xA9FE
                && !engines.contains(where: entry.interface.hasPrefix)
        }.map { "\(IPv4Network(of: $0.address, prefixLength: $0.prefixLength))" }
        return networks.isEmpty ? nil : .list(Set(networks).sorted())
    }

    /// What the names of others' interfaces begin with.
    private static let engines = [
        "docker", "br-", "cni", "podman", "virbr", "lxcbr", "lxdbr", "flannel", "cali", "cilium", "veth", "rlc",
    ]

    private static func number(_ address: UnsafeMutablePointer<sockaddr>) -> UInt32 {
        address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { UInt32(bigEndian: $0.pointee.sin_addr.s_addr) }
    }
}
