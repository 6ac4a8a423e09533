import FleetModel
import Glibc
import Testing
@testable import HostAgent
@Suite(.serialized) struct NetworkMeasure {
  @Test func measure() async throws {
    try await NetworkFixture.with { world in
      let host = try await world.hostNetwork(0)
      let gateway = try await world.gatewayNetwork()
      var t: [String: [Double]] = [:]
      let clock = ContinuousClock()
      func time(_ n: String, _ b: () async throws -> Void) async throws {
        let s = clock.now; try await b(); let d = clock.now - s
        t[n, default: []].append(Double(d.components.attoseconds) / 1e15 + Double(d.components.seconds) * 1000)
      }
      let a = (0..<4).map { IPv4Address(number: 0x0A58_0007 + $0) }
      for i in 0..<30 {
        let s = Stay(container: try ContainerName("m"), arrival: RelocationID(Int64(i + 1)))
        try await time("prepare") { _ = try await host.prepare(s, oldAddresses: [a[0], a[1]], newAddress: a[2]) }
        try await time("route") { try await gateway.route(a, via: NetworkFixture.address(ofHost: i % 2)) }
        try await time("deliver") { try await host.deliver(s) }
        try await time("deliver again (netlink only)") { try await host.deliver(s) }
        try await time("seal") { try await host.seal(s, oldAddresses: [a[0], a[1]]) }
        try await time("divert") { try await host.divert(s) }
        try await time("reclaim") { try await host.reclaim(s) }
        try await time("drop") { _ = try await host.dropIdleAddresses(s) }
        try await time("announce") { try await gateway.announce(AnnounceOrder(virtualAddress: try IPv4Address("203.0.113.5"), address: a[2], via: NetworkFixture.address(ofHost: 0), ports: [PortMapping(port: 80, containerPort: UInt16(i + 1))])) }
        try await time("detach") { try await host.detach(s) }
      }
      for (n, v) in t.sorted(by: { $0.key < $1.key }) { let o = v.sorted(); print("MEASURE \(n) median \(o[o.count/2]) max \(o.last ?? 0) ms") }
    }
  }
}
