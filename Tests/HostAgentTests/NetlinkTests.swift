import FleetModel
import Glibc
import Testing

@testable import HostAgent

@Suite("Netlink")
struct NetlinkTests {
    @Test("attributes are padded to four bytes and their length is not")
    func padding() {
        var message = NetlinkMessage(type: 16, flags: 5, header: UInt32(7))
        message.append(3, text: "lo")
        message.append(1) { $0.append(2, bytes: [9]) }
        #expect(
            message.encoded(sequence: 1) == [
                40, 0, 0, 0, 16, 0, 5, 0, 1, 0, 0, 0, 0, 0, 0, 0,
                7, 0, 0, 0,
                7, 0, 3, 0, 108, 111, 0, 0,
                12, 0, 1, 0, 5, 0, 2, 0, 9, 0, 0, 0,
            ])
    }

    @Test("received attributes are those that were written, and a cut one ends the list")
    func attributes() {
        var message = NetlinkMessage(type: 0, flags: 0, header: UInt32(0))
        message.append(1, bytes: [1, 2, 3])
        message.append(2, value: UInt32(4))
        let bytes = Array(message.encoded(sequence: 0).dropFirst(20))
        for length in 0...bytes.count {
            let found = bytes.prefix(length).withUnsafeBytes {
                NetlinkAttributes($0).map { ($0.type, Array($0.value)) }
            }
            #expect(found.count == (length >= 16 ? 2 : length >= 7 ? 1 : 0))
            if let first = found.first { #expect(first.0 == 1 && first.1 == [1, 2, 3]) }
        }
    }

    @Test("random hardware addresses are for one station and locally administered")
    func hardwareAddresses() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<1000 {
            let address = LinkAddress.random(using: &random)
            #expect(address.bytes.count == 6 && address.bytes[0] & 3 == 2)
        }
        #expect(LinkAddress(bytes: [2, 10, 0, 255, 1, 16]).description == "02:0a:00:ff:01:10")
    }

    @Test("interface names fit the kernel's limit and differ between stays")
    func interfaceNames() throws {
        let long = String(repeating: "x", count: 63)
        var names: Set<String> = []
        for container in ["a", "b", "shop", long] {
            for arrival in 0..<1000 as Range<Int64> {
                let stay = Stay(
                    container: try ContainerName(container), arrival: arrival == 0 ? nil : RelocationID(arrival))
                #expect(stay.interfaceName.utf8.count == 15)
                names.insert(stay.interfaceName)
            }
        }
        #expect(names.count == 4000)
    }

    @Test("errors say what was asked for and what the kernel answered", .enabled(if: mayChangeNetworks))
    func errors() async throws {
        try await NetworkFixture.with(hosts: 1) { world in
            let reasons = try await withNetworkNamespace(world.outside) { () throws(NetlinkError) -> [String] in
                let socket = try NetlinkSocket()
                let address = IPv4Address(number: 0x0A58_0007)
                let requests: [NetlinkRequest] = [
                    .replaceRoute(.host(address), to: .link(4711)),
                    .replaceRoute(.host(address), to: .gateway(IPv4Address(number: 0x0A58_0001))),
                    .replaceNeighbour(address, is: LinkAddress(bytes: [2, 0, 0, 0, 0, 1]), link: 4711),
                    .addAddress(address, link: 4711),
                    .setUp(4711, name: "rl-none"),
                ]
                var reasons: [String] = []
                for request in requests {
                    do {
                        try socket.perform([request])
                    } catch {
                        reasons.append("\(error)")
                    }
                }
                return reasons
            }
            #expect(reasons.count == 5)
            #expect(reasons.first == "route 10.88.0.7/32: No such device")
            #expect(reasons.allSatisfy { $0.contains(": ") })
            #expect(reasons.last == "interface rl-none: No such device")
        }
    }

    @Test("a refused change does not keep those beside it from being made", .enabled(if: mayChangeNetworks))
    func partial() async throws {
        try await NetworkFixture.with(hosts: 1) { world in
            let made = try await withNetworkNamespace(world.outside) { () throws(NetlinkError) -> Bool in
                let socket = try NetlinkSocket()
                let wrong = NetlinkRequest.setUp(4711, name: "rl-none")
                do {
                    try socket.perform([.addBridge("rl-first"), wrong, .addBridge("rl-second")])
                    return false
                } catch {
                    let second = try socket.link(named: "rl-second")
                    let first = try socket.link(named: "rl-first")
                    return first != nil && second != nil
                }
            }
            #expect(made)
        }
    }

    @Test("a namespace is entered by its own thread only", .enabled(if: mayChangeNetworks))
    func threads() async throws {
        try await NetworkFixture.with(hosts: 1) { world in
            let links = try await withNetworkNamespace(world.hosts[0]) { () throws(NetlinkError) -> Bool in
                try NetlinkSocket().link(named: "rl-up") != nil
            }
            #expect(links)
            #expect(try NetlinkSocket().link(named: "rl-up") == nil)
            await #expect(throws: NetlinkError.self) {
                try await withNetworkNamespace(NetworkNamespace(path: "/proc/self/status")) {}
            }
        }
    }
}
