import FleetModel
import RelocateTesting
import Testing

@testable import FleetCore

@Suite("The fleet's lists, part by part")
struct FleetListTests {
    @Test("all parts together are the list, whatever the size of the parts", arguments: 1...4 as ClosedRange<UInt64>)
    func whole(seed: UInt64) throws {
        var fleet = try RandomFleet(seed: seed)
        for number in 1...1500 {
            try fleet.step()
            guard number.isMultiple(of: 250) else { continue }
            let state = fleet.state
            for limit in [1, 2, 7, 1000] {
                #expect(all(limit) { state.hosts($0) } == state.hosts.values.sorted { $0.name < $1.name })
                #expect(all(limit) { state.tenants($0) } == state.tenants.values.sorted { $0.name < $1.name })
                #expect(
                    all(limit) { state.alarms($0) }
                        == state.alarms.values.sorted { $0.place < $1.place })
                let policies = state.policies.values.filter { $0.name != .default }.sorted { $0.name < $1.name }
                #expect(all(limit) { state.policies($0) } == [state.defaultRecord] + policies)
                for tenant in [nil] + state.tenants.keys.map(Optional.some) {
                    for host in [nil] + state.hosts.keys.map(Optional.some) {
                        let meant = state.containers.values
                            .filter { (tenant == nil || $0.spec.tenant == tenant) && (host == nil || $0.host == host) }
                            .sorted { $0.name < $1.name }
                        #expect(all(limit) { state.containers(of: tenant, on: host, $0) } == meant)
                    }
                }
            }
        }
    }

    @Test("what could be adopted is listed by host and name", arguments: [1, 2, 100])
    func adoptables(limit: Int) throws {
        var state = FleetState()
        for number in 0..<3 {
            var host = try RandomFleet.host(number)
            host.adoptable = (0..<number).map {
                AdoptableContainer(id: "id\(9 - $0)", name: "c\($0)", tenant: "acme", image: "redis", obstacles: [])
            }
            state.apply(.host(host))
        }
        let all = all(limit) { state.adoptables(on: nil, $0) }
        #expect(all.map { "\($0.host) \($0.container.name)" } == ["host1 c0", "host2 c0", "host2 c1"])
        let name = try HostName("host2")
        #expect(self.all(limit) { state.adoptables(on: name, $0) }.map(\.container.name) == ["c0", "c1"])
    }

    @Test("while things come and go, what stays is neither skipped nor repeated")
    func changes() throws {
        var state = FleetState()
        let names = try (0..<20).map { try TenantName("tenant\($0 + 10)") }
        for name in names { state.apply(.tenant(Tenant(name: name, createdAt: epoch))) }
        let first = state.tenants(ListWindow(limit: 10))
        // The very one that the cursor names goes, and others come before and after it.
        state.apply(.tenantRemoved(names[9]))
        state.apply(.tenantRemoved(names[3]))
        state.apply(.tenant(Tenant(name: try TenantName("aaa"), createdAt: epoch)))
        state.apply(.tenant(Tenant(name: try TenantName("tenant195"), createdAt: epoch)))
        let second = state.tenants(ListWindow(after: first.next, limit: 100))
        #expect(second.items.map(\.name) == [try TenantName("tenant195")] + names[10...])
        #expect(second.next == nil && first.total == 20 && second.total == 20)
    }

    private func all<Key, Item>(_ limit: Int, _ part: (ListWindow<Key>) -> ListPart<Key, Item>) -> [Item] {
        var items: [Item] = []
        var window = ListWindow<Key>(limit: limit)
        while true {
            let found = part(window)
            #expect(found.items.count <= limit)
            items += found.items
            guard let next = found.next else {
                #expect(items.count == found.total)
                return items
            }
            // A part before the last is full, so that nobody asks in vain.
            #expect(found.items.count == limit)
            window.after = next
        }
    }
}
