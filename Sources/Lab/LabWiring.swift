import FleetModel
import Glibc
import HostAgent

/// The networks of a real lab: the gateway with a bridge for the hosts and a link to the outside.
///
///     outside .2 ── .1 gateway .1 ── bridge ─┬─ .11 host1
///        198.51.100.0/24       10.213.0.0/24 └─ .12 host2 …
///
/// Everything can be done again: what is there stays, what is missing is made.
struct LabWiring: Sendable {
    let plan: LabPlan

    /// The gateway's interface towards the outside.
    static let outsideInterface = "rl-out"
    private static let bridge = "rl-lan"
    private static let uplink = "rl-up"

    /// Makes what is missing.
    func build() async throws(NetlinkError) {
        let plan = plan
        let gateway = namespace("gateway")
        let outside = namespace("outside")
        try NetworkNamespace.prepareSharedFolder(LabLocation.namespaceFolder)
        for name in ["gateway", "outside"] + plan.hostNames { try await ensure(namespace(name)) }

        let bridge = Self.bridge
        let gatewayAddress = plan.gatewayAddress
        try await configure(gateway) { socket throws(NetlinkError) in
            try socket.perform([.addBridge(bridge)])
            let link = try socket.requireLink(named: bridge)
            try socket.perform([
                .addAddress(gatewayAddress, prefixLength: plan.networks.hosts.prefixLength, link: link),
                .setUp(link, name: bridge),
            ])
            // Else the bridge runs the packet filter itself, and sends translated packets on without routing them.
            try Sysctl("bridge/bridge-nf-call-iptables", 0).applyIfPresent()
        }

        let near = plan.address(1, in: plan.networks.outside)
        let far = plan.clientAddress
        let length = plan.networks.outside.prefixLength
        try await join(gateway, Self.outsideInterface, outside, Self.uplink)
        try await give(gateway, Self.outsideInterface, near, prefixLength: length)
        try await give(outside, Self.uplink, far, prefixLength: length)
        try await configure(outside) { socket throws(NetlinkError) in
            try socket.perform([.replaceRoute(.network(plan.networks.virtual), to: .gateway(near))])
        }

        for (index, name) in plan.hostNames.enumerated() {
            let host = namespace(name)
            let port = "rl-\(name)"
            try await join(gateway, port, host, Self.uplink)
            try await configure(gateway) { socket throws(NetlinkError) in
                let link = try socket.requireLink(named: port)
                try socket.perform([.enslave(link, to: try socket.requireLink(named: bridge))])
            }
            try await give(
                host, Self.uplink, plan.address(ofHost: index), prefixLength: plan.networks.hosts.prefixLength)
            try await configure(host) { socket throws(NetlinkError) in
                try socket.perform([.replaceRoute(.everything, to: .gateway(gatewayAddress))])
            }
        }
    }

    /// Refuses networks that the machine itself has addresses in: its packets would go astray.
    func refuseCollisions() throws(LabError) {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&list) == 0 else { return }
        defer { freeifaddrs(list) }
        var entry = list
        while let current = entry?.pointee {
            entry = current.ifa_next
            guard let socketAddress = current.ifa_addr, socketAddress.pointee.sa_family == sa_family_t(AF_INET) else {
                continue
            }
            let number = socketAddress.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                UInt32(bigEndian: $0.pointee.sin_addr.s_addr)
            }
            let address = IPv4Address(number: number)
            for network in plan.networks.all where network.contains(address) {
                throw .addressCollision(
                    address: "\(address)", interface: String(cString: current.ifa_name), network: "\(network)")
            }
        }
    }

    private func namespace(_ name: String) -> NetworkNamespace {
        NetworkNamespace(path: plan.location.networkNamespace(name))
    }

    private func ensure(_ namespace: NetworkNamespace) async throws(NetlinkError) {
        if !namespace.exists { try await namespace.create() }
    }

    private func join(
        _ near: NetworkNamespace, _ nearName: String, _ far: NetworkNamespace, _ farName: String
    ) async throws(NetlinkError) {
        try await withNetworkNamespace(near) { () throws(NetlinkError) in
            let socket = try NetlinkSocket()
            guard try socket.link(named: nearName) == nil else { return }
            let descriptor = try far.open()
            defer { close(descriptor) }
            try socket.perform([.addVeth(VethEnd(name: nearName), VethEnd(name: farName), namespace: descriptor)])
        }
        for (namespace, name) in [(near, nearName), (far, farName)] {
            try await configure(namespace) { socket throws(NetlinkError) in
                try socket.perform([.setUp(try socket.requireLink(named: name), name: name)])
            }
        }
    }

    private func give(
        _ namespace: NetworkNamespace, _ name: String, _ address: IPv4Address, prefixLength: Int
    ) async throws(NetlinkError) {
        try await configure(namespace) { socket throws(NetlinkError) in
            let link = try socket.requireLink(named: name)
            try socket.perform([.addAddress(address, prefixLength: prefixLength, link: link)])
        }
    }

    private func configure(
        _ namespace: NetworkNamespace, _ body: @escaping @Sendable (NetlinkSocket) throws(NetlinkError) -> Void
    ) async throws(NetlinkError) {
        try await withNetworkNamespace(namespace) { () throws(NetlinkError) in
            let socket = try NetlinkSocket()
            try socket.perform([.setUp(try socket.requireLink(named: "lo"), name: "lo")])
            try body(socket)
        }
    }
}
