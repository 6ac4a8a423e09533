import FleetModel
import RelocateTesting
import Testing

@testable import HostAgent

@Suite("Facts: the network")
struct FactNetworkTests {
    @Test("subnets are the host's own, not those of loopback, containers and engines")
    func subnets() throws {
        func entry(
            _ interface: String, _ address: String, _ length: Int, isUp: Bool = true
        ) throws -> InterfaceAddress {
            InterfaceAddress(
                interface: interface, address: try IPv4Address(address), prefixLength: length, isUp: isUp)
        }
        let addresses = try [
            entry("lo", "127.0.0.1", 8), entry("eth0", "10.0.5.11", 20), entry("eth0", "10.0.5.12", 20),
            entry("eth1", "192.168.7.9", 24), entry("eth2", "172.16.0.2", 24, isUp: false),
            entry("rlc0123456789ab", "169.254.1.1", 32), entry("docker0", "172.17.0.1", 16),
            entry("br-5d0f2a", "172.18.0.1", 16), entry("wg0", "10.9.9.9", 32), entry("eth3", "169.254.3.4", 16),
        ]
        #expect(HostInterfaces.subnets(addresses) == .list(["10.0.0.0/20", "192.168.7.0/24"]))
        #expect(HostInterfaces.subnets([]) == nil)
    }

    @Test("a driver is named with its firmware")
    func drivers() {
        func answer(_ driver: String, _ firmware: String) -> [UInt8] {
            var bytes = [UInt8](repeating: 0, count: 196)
            bytes.replaceSubrange(4..<4 + driver.utf8.count, with: driver.utf8)
            bytes.replaceSubrange(36..<39, with: "1.0".utf8)
            bytes.replaceSubrange(68..<68 + firmware.utf8.count, with: firmware.utf8)
            return bytes
        }
        #expect(InterfaceDriver.parse(answer("ixgbe", "0x800003e1")) == .text("ixgbe 0x800003e1"))
        #expect(InterfaceDriver.parse(answer("veth", "")) == .text("veth"))
        #expect(InterfaceDriver.parse(answer("bridge", "N/A")) == .text("bridge"))
        #expect(InterfaceDriver.parse(answer("", "")) == nil)
    }

    // MARK: Packet filter

    private static let listing = """
        {"nftables": [{"metainfo": {"version": "1.0.6", "json_schema_version": 1}},
        {"table": {"family": "inet", "name": "host", "handle": 1}},
        {"set": {"family": "inet", "name": "good", "table": "host", "type": "ipv4_addr", "handle": 3,
                 "elem": ["10.0.0.2", "10.0.0.1"]}},
        {"set": {"family": "inet", "name": "seen", "table": "host", "type": "ipv4_addr", "handle": 4,
                 "flags": ["timeout", "dynamic"], "elem": [{"elem": {"val": "10.0.0.9", "expires": 30}}]}},
        {"chain": {"family": "inet", "table": "host", "name": "input", "handle": 2, "type": "filter",
                   "hook": "input", "prio": 0, "policy": "drop"}},
        {"rule": {"family": "inet", "table": "host", "chain": "input", "handle": 5, "expr": [
            {"match": {"op": "==", "left": {"payload": {"protocol": "tcp", "field": "dport"}},
                       "right": {"set": [443, 80]}}},
            {"counter": {"packets": 17, "bytes": 1020}}, {"accept": null}]}}]}
        """

    @Test("counts, handles and the order of sets do not change the digest; a rule does")
    func digest() throws {
        let rules = FirewallRules(nftables: try FirewallRules.normalised(Self.listing))
        let counted = Self.listing
            .replacing("\"packets\": 17, \"bytes\": 1020", with: "\"packets\": 18, \"bytes\": 4096")
            .replacing("\"handle\": 5", with: "\"handle\": 50")
            .replacing("[\"10.0.0.2\", \"10.0.0.1\"]", with: "[\"10.0.0.1\", \"10.0.0.2\"]")
            .replacing("[443, 80]", with: "[80, 443]")
            .replacing("\"val\": \"10.0.0.9\", \"expires\": 30", with: "\"val\": \"10.0.0.7\", \"expires\": 3")
            .replacing("1.0.6", with: "1.0.9")
        #expect(FirewallRules(nftables: try FirewallRules.normalised(counted)).attribute == rules.attribute)
        for (old, new) in [("[443, 80]", "[443, 8080]"), ("\"drop\"", "\"accept\""), ("10.0.0.2", "10.0.0.3")] {
            let changed = Self.listing.replacing(old, with: new)
            #expect(FirewallRules(nftables: try FirewallRules.normalised(changed)).attribute != rules.attribute)
        }
    }

    @Test("Relocate's own tables are none of the host's, and the rest come in order")
    func tables() throws {
        let list = """
            {"nftables": [{"metainfo": {"version": "1.0.6"}}, {"table": {"family": "ip", "name": "relocate", "handle": 1}},
            {"table": {"family": "ip6", "name": "filter", "handle": 2}}, {"table": {"family": "ip", "name": "nat", "handle": 3}},
            {"table": {"family": "ip", "name": "relocate_gateway", "handle": 4}}]}
            """
        #expect(
            try FirewallRules.tables(list) == [.init(family: "ip", name: "nat"), .init(family: "ip6", name: "filter")])
        #expect(throws: (any Error).self) { try FirewallRules.tables("Operation not permitted") }
    }

    @Test("rules of iptables count without what they have counted")
    func legacy() {
        let rules = FirewallRules.legacyRules(FactSamples.legacyRules)
        #expect(
            rules == [
                "*filter :INPUT DROP", "*filter -A INPUT -i lo -j ACCEPT",
                "*filter -A INPUT -p tcp -m tcp --dport 22 -j ACCEPT",
            ])
        #expect(FirewallRules.legacyRules("*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n").isEmpty)
    }

    @Test("the backend is that which holds rules")
    func backends() {
        func backend(_ rules: FirewallRules) -> String? {
            if case .table(let table) = rules.attribute { table["backend"] } else { nil }
        }
        #expect(backend(FirewallRules()) == "none")
        #expect(backend(FirewallRules(nftables: ["x"], legacy: ["y"])) == "nftables")
        #expect(backend(FirewallRules(legacy: ["y"])) == "iptables-legacy")
    }

    @Test("digests are those of FNV-1a, of lines and not of their characters in a row")
    func fnv() {
        #expect(StableDigest.of([]) == "cbf29ce484222325")
        #expect(StableDigest.of(["foobar"]) == "345316a7168b8506")
        #expect(StableDigest.of(["ab", "c"]) != StableDigest.of(["a", "bc"]))
    }
}
