import FleetModel
import MovingTarget
import RelocateTesting

@testable import FleetCore

/// A gateway, `host0`, three hosts, `host1` to `host3`, and two tenants, `acme` and `bravo`: for tests that say themselves what
/// stands where.
struct SmallFleet {
    var state: FleetState
    var now = epoch
    let network: IPv4Network
    /// The gateway first.
    let hosts: [HostName]

    init(seed: UInt64 = 1) throws {
        network = try IPv4Network("10.88.0.0/24")
        let all = try (0...3).map { try RandomFleet.host($0) }
        hosts = all.map(\.name)
        state = FleetState(
            FleetRecord(),
            randomness: Randomness(
                clock: .init(SeededGenerator(seed: seed)), placement: .init(SeededGenerator(seed: seed + 1)),
                addresses: .init(SeededGenerator(seed: seed + 2))))
        let tenants = try ["acme", "bravo"].map { Tenant(name: try TenantName($0), createdAt: epoch) }
        change { draft in
            for host in all { draft.record(.host(host)) }
            for tenant in tenants { draft.record(.tenant(tenant)) }
        }
    }

    @discardableResult
    mutating func change<Value>(_ body: (inout FleetDraft) throws -> Value) rethrows -> Value {
        var draft = FleetDraft(state: state, now: now)
        let value = try body(&draft)
        state = draft.state
        return value
    }

    /// What a change would record, without making it.
    func draft(_ body: (inout FleetDraft) throws -> Void) rethrows -> FleetDraft {
        var draft = FleetDraft(state: state, now: now)
        try body(&draft)
        return draft
    }

    /// Adds a container that runs on a host, or on none.
    @discardableResult
    mutating func add(
        _ name: String, of tenant: String = "acme", on host: Int? = 1, _ body: (inout Container) -> Void = { _ in }
    ) throws -> ContainerName {
        let spec = ContainerSpec(
            name: try ContainerName(name), tenant: try TenantName(tenant), image: "redis",
            digest: try ImageDigest("sha256:" + String(repeating: "ab", count: 32)), runtime: .simulated)
        let number = UInt32(state.containers.count) * 4
        var container = Container(
            spec: spec, state: .running, host: host.map { hosts[$0] },
            address: host.map { _ in IPv4Address(number: 0x0A58_0010 + number) }, mobility: .movable, createdAt: epoch,
            arrivedAt: epoch)
        body(&container)
        change { $0.record(.container(container)) }
        return spec.name
    }

    mutating func set(_ host: Int, _ body: (inout Host) -> Void) throws {
        var host = try state.host(hosts[host])
        body(&host)
        change { $0.record(.host(host)) }
    }

    /// Opens a relocation of a container; one that has begun moves it.
    @discardableResult
    mutating func open(
        _ name: ContainerName, from source: Int = 1, to destination: Int? = 2, _ moving: RelocationState = .running,
        trigger: Trigger = .operator_, _ body: (inout Relocation) -> Void = { _ in }
    ) throws -> RelocationID {
        let container = try state.container(name)
        var move = Relocation(
            id: RelocationID(state.nextRelocation), container: name, tenant: container.spec.tenant,
            source: hosts[source], destination: destination.map { hosts[$0] }, trigger: trigger, actor: "ann",
            reason: nil, oldAddress: container.address ?? IPv4Address(number: 1), createdAt: now)
        move.state = moving
        if moving != .queued { move.newAddress = try state.freeAddress(of: network, at: now) }
        body(&move)
        try change { [move] draft in
            draft.record(.relocation(move))
            if moving != .queued { try draft.update(name) { $0.state = .relocating(move.id) } }
        }
        return move.id
    }

    func container(_ name: ContainerName) throws -> Container { try state.container(name) }

    /// Whether a recount gives what is kept.
    var isCounted: Bool { state.index == FleetIndex(of: state) }
}

extension FleetState {
    /// The alarms that stand, as kind and subject.
    var standing: Set<String> { Set(alarms.values.map { "\($0.kind.rawValue) \($0.subject)" }) }
}
