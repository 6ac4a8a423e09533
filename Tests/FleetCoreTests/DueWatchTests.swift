import FleetModel
import Testing

@testable import FleetCore

@Suite("Which containers the clock has to move")
struct DueWatchTests {
    @Test("those that are due come once, the longest overdue first, and once more after a while")
    func due() throws {
        var state = try fleet(dueAfter: ["b": 10, "a": 5, "c": 60])
        var watch = DueWatch()
        #expect(watch.look(at: state, at(0)).due.isEmpty)
        #expect(watch.look(at: state, at(0)).next == at(5))
        #expect(watch.look(at: state, at(10)).due.map(\.text) == ["a", "b"])
        let (again, next) = watch.look(at: state, at(11))
        #expect(again.isEmpty && next == at(15))
        #expect(watch.look(at: state, at(15)).due.map(\.text) == ["a", "b"])
        // Once it is on its way it is nobody's business here any more.
        try queue("a", in: &state)
        #expect(watch.look(at: state, at(20)).due.map(\.text) == ["b"])
    }

    @Test("a deadline that moves leaves nothing behind, however often it does")
    func moved() throws {
        var state = try fleet(dueAfter: ["a": 5])
        var watch = DueWatch()
        for number in 1...1000 {
            try set("a", dueAfter: Double(number), in: &state)
            #expect(state.dues.count == 1)
        }
        #expect(watch.look(at: state, at(999)).due.isEmpty)
        #expect(watch.look(at: state, at(1000)).due.map(\.text) == ["a"])
        for second in 0..<1000 { _ = watch.look(at: state, at(1000 + Double(second))) }
        #expect(watch.handedCount <= 1)
    }

    @Test("while the clock is stopped nothing is due, nor what is paused or pinned")
    func stopped() throws {
        var state = try fleet(dueAfter: ["a": 5, "b": 5])
        var watch = DueWatch()
        state.apply(.scheduler(paused: true))
        #expect(watch.look(at: state, at(6)).due.isEmpty && watch.look(at: state, at(6)).next == nil)
        state.apply(.scheduler(paused: false))
        var pinned = try #require(state.containers[try ContainerName("a")])
        pinned.pin = Pin(reason: "audit", until: at(30), setBy: "test")
        state.apply(.container(pinned))
        #expect(watch.look(at: state, at(7)).due.map(\.text) == ["b"])
        var tenant = try #require(state.tenants[try TenantName("acme")])
        tenant.isPaused = true
        state.apply(.tenant(tenant))
        #expect(state.dues.isEmpty && watch.look(at: state, at(40)).due.isEmpty)
        tenant.isPaused = false
        state.apply(.tenant(tenant))
        #expect(watch.look(at: state, at(40)).due.map(\.text) == ["b", "a"])
    }

    private func at(_ seconds: Double) -> Timestamp { epoch.advanced(bySeconds: seconds) }

    private func fleet(dueAfter seconds: [String: Double]) throws -> FleetState {
        var state = FleetState()
        state.apply(.host(try RandomFleet.host(1)))
        state.apply(.tenant(Tenant(name: try TenantName("acme"), createdAt: epoch)))
        for (name, seconds) in seconds { try set(name, dueAfter: seconds, in: &state) }
        return state
    }

    private func set(_ name: String, dueAfter seconds: Double, in state: inout FleetState) throws {
        var container = Container(
            spec: ContainerSpec(
                name: try ContainerName(name), tenant: try TenantName("acme"), image: "redis",
                digest: try ImageDigest("sha256:" + String(repeating: "ab", count: 32)), runtime: .simulated),
            state: .running, createdAt: epoch)
        container.host = try HostName("host1")
        container.mobility = .movable
        container.deadlineAt = at(seconds)
        state.apply(.container(container))
    }

    private func queue(_ name: String, in state: inout FleetState) throws {
        state.apply(
            .relocation(
                Relocation(
                    id: RelocationID(state.nextRelocation), container: try ContainerName(name),
                    tenant: try TenantName("acme"), source: try HostName("host1"), destination: nil, trigger: .clock,
                    actor: "clock", reason: nil, oldAddress: IPv4Address(number: 1), createdAt: epoch)))
    }
}
