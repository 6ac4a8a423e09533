import FleetModel
import FoundationEssentials
import Glibc
import SystemSupport
import Testing

@testable import HostAgent

/// Whether the tests may make namespaces.
let mayChangeNetworks = geteuid() == 0

/// A small world of network namespaces: a gateway, the outside, and hosts on a bridge. Everything is gone when the
/// body ends, however it ends.
///
///     outside 198.51.100.2 ── 198.51.100.1 gateway 10.213.0.1 ── bridge ── 10.213.0.11 host1, 10.213.0.12 host2
struct NetworkFixture: Sendable {
    let directory: String
    let gateway: NetworkNamespace
    let outside: NetworkNamespace
    let hosts: [NetworkNamespace]

    static let gatewayAddress = IPv4Address(number: 0x0AD5_0001)
    static let outsideAddress = IPv4Address(number: 0xC633_6402)

    /// Runs a body in a fresh world.
    static func with(hosts count: Int = 2, _ body: (NetworkFixture) async throws -> Void) async throws {
        let id = "rl-test-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        let fixture = NetworkFixture(
            directory: "/run/\(id)", gateway: NetworkNamespace(path: "/run/\(id)/gateway"),
            outside: NetworkNamespace(path: "/run/\(id)/outside"),
            hosts: (1...count).map { NetworkNamespace(path: "/run/\(id)/host\($0)") })
        do {
            try await fixture.build()
            try await body(fixture)
        } catch {
            fixture.remove()
            throw error
        }
        fixture.remove()
    }

    /// The address of a host, counted from 0.
    static func address(ofHost index: Int) -> IPv4Address { IPv4Address(number: 0x0AD5_000B + UInt32(index)) }

    /// The network of a host, as its agent would open it.
    func hostNetwork(_ index: Int) async throws -> KernelHostNetwork {
        try await KernelHostNetwork.open(
            HostNetworkConfiguration(
                namespaceDirectory: "\(directory)/netns\(index)", stateDirectory: "\(directory)/state\(index)",
                containerNetwork: try IPv4Network("10.88.0.0/16"), hostNamespace: hosts[index]))
    }

    /// How many connections are tracked in a namespace.
    func trackedConnections(in namespace: NetworkNamespace) async throws -> Int {
        let count = try await output("cat /proc/sys/net/netfilter/nf_conntrack_count", in: namespace)
        return try #require(Int(count.prefix { $0.isNumber }))
    }

    /// The network of the gateway, as its agent would open it.
    func gatewayNetwork() async throws -> KernelGatewayNetwork {
        try await KernelGatewayNetwork.open(
            GatewayNetworkConfiguration(
                outsideInterface: "rl-out", insideAddress: Self.gatewayAddress,
                virtualNetwork: try IPv4Network("203.0.113.0/24"),
                containerNetwork: try IPv4Network("10.88.0.0/16"), gatewayNamespace: gateway))
    }

    /// Runs a command in a namespace and gives its output, without its complaints: while another test's namespace is being
    /// removed, `ip` may find that it refers to nothing.
    func output(_ command: String, in namespace: NetworkNamespace) async throws -> String {
        try await onOwnThread { () throws(NetlinkError) -> String in
            guard let pipe = popen("nsenter --net=\(namespace.path) \(command) 2>/dev/null", "r") else {
                throw NetlinkError.current(command)
            }
            var text = ""
            var line = [CChar](repeating: 0, count: 4096)
            while fgets(&line, Int32(line.count), pipe) != nil {
                text += String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            }
            pclose(pipe)
            return text
        }
    }

    private func build() async throws {
        for namespace in [gateway, outside] + hosts { try await namespace.create() }
        try await configure(gateway) { socket throws(NetlinkError) in
            try socket.perform([.addBridge("rl-lan")])
            let bridge = try socket.requireLink(named: "rl-lan")
            try socket.perform([.addAddress(Self.gatewayAddress, prefixLength: 24, link: bridge)])
            try socket.perform([.setUp(bridge, name: "rl-lan")])
            // Else the bridge runs the packet filter itself, and sends translated packets on without routing them.
            try Sysctl("bridge/bridge-nf-call-iptables", 0).applyIfPresent()
        }
        try await join("rl-out", to: outside, "rl-in")
        try await configure(gateway) { socket throws(NetlinkError) in
            let link = try socket.requireLink(named: "rl-out")
            try socket.perform([.addAddress(IPv4Address(number: 0xC633_6401), prefixLength: 24, link: link)])
        }
        try await configure(outside) { socket throws(NetlinkError) in
            let link = try socket.requireLink(named: "rl-in")
            try socket.perform([
                .addAddress(Self.outsideAddress, prefixLength: 24, link: link),
                .replaceRoute(.everything, to: .gateway(IPv4Address(number: 0xC633_6401))),
            ])
        }
        for (index, host) in hosts.enumerated() {
            try await join("rl-host\(index)", to: host, "rl-up")
            try await configure(gateway) { socket throws(NetlinkError) in
                let link = try socket.requireLink(named: "rl-host\(index)")
                try socket.perform([.enslave(link, to: try socket.requireLink(named: "rl-lan"))])
            }
            try await configure(host) { socket throws(NetlinkError) in
                let link = try socket.requireLink(named: "rl-up")
                try socket.perform([
                    .addAddress(Self.address(ofHost: index), prefixLength: 24, link: link),
                    .replaceRoute(.everything, to: .gateway(Self.gatewayAddress)),
                ])
            }
        }
    }

    private func configure(
        _ namespace: NetworkNamespace, _ body: @escaping @Sendable (NetlinkSocket) throws(NetlinkError) -> Void
    ) async throws {
        try await withNetworkNamespace(namespace) { () throws(NetlinkError) in
            let socket = try NetlinkSocket()
            try socket.perform([.setUp(try socket.requireLink(named: "lo"), name: "lo")])
            try body(socket)
        }
    }

    private func join(_ near: String, to namespace: NetworkNamespace, _ far: String) async throws {
        try await withNetworkNamespace(gateway) { () throws(NetlinkError) in
            let descriptor = try namespace.open()
            defer { close(descriptor) }
            let socket = try NetlinkSocket()
            try socket.perform([.addVeth(VethEnd(name: near), VethEnd(name: far), namespace: descriptor)])
            try socket.perform([.setUp(try socket.requireLink(named: near), name: near)])
        }
        try await configure(namespace) { socket throws(NetlinkError) in
            try socket.perform([.setUp(try socket.requireLink(named: far), name: far)])
        }
    }

    private func remove() {
        for folder in ["netns0", "netns1", ""] {
            let path = folder.isEmpty ? directory : "\(directory)/\(folder)"
            guard let listing = opendir(path) else { continue }
            while let entry = readdir(listing) {
                let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                }
                let namespace = NetworkNamespace(path: "\(path)/\(name)")
                if namespace.exists { try? namespace.remove() }
            }
            closedir(listing)
        }
        try? FileManager.default.removeItem(atPath: directory)
    }
}
