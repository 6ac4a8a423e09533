import FleetModel
import RelocateTesting

@testable import FleetCore

/// The time at which the tests' fleets begin.
let epoch = Timestamp(milliseconds: 1_800_000_000_000)

/// A fleet to which things happen at random: every kind of change, also those that come in no good order.
struct RandomFleet {
    private(set) var state = FleetState()
    private var generator: SeededGenerator
    private let hosts: [Host]
    private let tenants: [TenantName]
    private let names: [ContainerName]
    /// Whether hosts are forgotten that carry something, which no rule allows.
    private let forgetsLoads: Bool

    init(seed: UInt64, forgetsLoads: Bool = true) throws {
        self.forgetsLoads = forgetsLoads
        generator = SeededGenerator(seed: seed)
        hosts = try (0..<8).map { try Self.host($0) }
        tenants = try (0..<4).map { try TenantName("tenant\($0)") }
        names = try (0..<30).map { try ContainerName("container\($0)") }
    }

    /// Lets one thing happen.
    mutating func step() throws {
        switch Int.random(in: 0..<100, using: &generator) {
        case ..<10: state.apply(.host(try change(of: pick(hosts))))
        case ..<12: forget(pick(hosts).name)
        case ..<15: state.apply(.tenant(try tenant()))
        case ..<16: state.apply(.tenantRemoved(pick(tenants)))
        case ..<17: try setPolicy()
        case ..<45: state.apply(.container(try container()))
        case ..<52: state.apply(.containerRemoved(pick(names)))
        case ..<62: try begin()
        case ..<85: advance()
        case ..<95: state.apply(.alarm(alarm()))
        default: state.apply(.scheduler(paused: Bool.random(using: &generator)))
        }
    }

    private mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: 0..<elements.count, using: &generator)]
    }

    private mutating func forget(_ host: HostName) {
        let isFree = state.containerCount(on: host) == 0 && state.openRelocations(at: host).isEmpty
        if isFree || forgetsLoads { state.apply(.hostForgotten(host)) }
    }

    private mutating func address() throws -> IPv4Address {
        IPv4Address(number: 0x0A58_0000 + UInt32.random(in: 1...60, using: &generator))
    }

    private mutating func change(of host: Host) throws -> Host {
        var host = state.hosts[host.name] ?? host
        host.state = pick(HostState.allCases)
        host.loss = nil
        if host.state == .lost {
            let fenced = try (0..<Int.random(in: 0...3, using: &generator)).map { _ in try address() }
            host.loss = HostLoss(
                declaredAt: epoch, declaredBy: "chance", reason: "it burnt", fenced: Set(fenced).sorted())
        }
        if Int.random(in: 0..<10, using: &generator) == 0 { host.role = pick([.worker, .gateway]) }
        host.adoptable = (0..<Int.random(in: 0...2, using: &generator)).map {
            AdoptableContainer(id: "\($0)", name: "theirs", tenant: "tenant0", image: "redis", obstacles: [])
        }
        return host
    }

    private mutating func policy() throws -> PolicyName {
        try PolicyName("own\(Int.random(in: 0..<3, using: &generator))")
    }

    private mutating func setPolicy() throws {
        let name = try policy()
        guard Bool.random(using: &generator) else { return state.apply(.policyRemoved(name)) }
        var policy = Policy()
        policy.limits.concurrentPerTenant = Int.random(in: 1...9, using: &generator)
        state.apply(
            .policy(PolicyRecord(name: name, version: 1, changedAt: epoch, changedBy: "chance", policy: policy)))
    }

    private mutating func tenant() throws -> Tenant {
        var tenant = Tenant(name: pick(tenants), createdAt: epoch)
        tenant.policy = Bool.random(using: &generator) ? try policy() : nil
        tenant.isPaused = Bool.random(using: &generator)
        tenant.trustGroup = try pick([nil, nil, "ring", "tenant1"]).map { try TrustGroupName($0) }
        tenant.neverBeside = (0..<Int.random(in: 0...2, using: &generator)).map { _ in pick(tenants) }
        return tenant
    }

    private mutating func container() throws -> Container {
        let name = pick(names)
        let new = Container(
            spec: ContainerSpec(
                name: name, tenant: pick(tenants), image: "redis",
                digest: try ImageDigest("sha256:" + String(repeating: "ab", count: 32)), runtime: .simulated),
            state: .starting, createdAt: epoch)
        var container = state.containers[name] ?? new
        container.host = Bool.random(using: &generator) ? pick(hosts).name : nil
        container.address = Bool.random(using: &generator) ? try address() : nil
        container.retainedAddresses = try (0..<Int.random(in: 0...2, using: &generator)).map { _ in try address() }
        container.policy = Bool.random(using: &generator) ? try policy() : nil
        container.mobility = pick([.unknown, .movable, .immovable(reason: "a device", log: "")])
        if container.virtualAddress == nil, let number = names.firstIndex(of: name) {
            container.virtualAddress = IPv4Address(number: 0xCB00_7100 + UInt32(number))
        }
        container.deadlineAt = Bool.random(using: &generator) ? soon() : nil
        container.pin = pick([nil, nil, Pin(reason: "chance", until: soon(), setBy: "chance")])
        container.restarts.nextAt = Bool.random(using: &generator) ? soon() : nil
        container.isPaused = Int.random(in: 0..<4, using: &generator) == 0
        container.state = pick([
            .starting, .running, .stopped(reason: "it ended"), .stopping, .removing, .lost(pick(hosts).name),
        ])
        return container
    }

    private mutating func soon() -> Timestamp {
        epoch.advanced(bySeconds: Double(Int.random(in: 0...100, using: &generator)))
    }

    private mutating func begin() throws {
        guard let container = state.containers[pick(names)], state.openRelocation(of: container.name) == nil else {
            return
        }
        var relocation = Relocation(
            id: RelocationID(state.nextRelocation), container: container.name, tenant: container.spec.tenant,
            source: pick(hosts).name, destination: nil, trigger: pick(Trigger.allCases), actor: "chance", reason: nil,
            oldAddress: try address(), createdAt: epoch)
        if Bool.random(using: &generator) { relocation.destination = pick(hosts).name }
        state.apply(.relocation(relocation))
    }

    private mutating func advance() {
        guard var relocation = state.relocations.values.randomElement(using: &generator) else { return }
        relocation.state = pick(RelocationState.allCases)
        if relocation.destination == nil { relocation.destination = pick(hosts).name }
        if relocation.newAddress == nil { relocation.newAddress = try? address() }
        state.apply(.relocation(relocation))
        guard var container = state.containers[relocation.container] else { return }
        container.state = relocation.state.isFinal ? .running : .relocating(relocation.id)
        state.apply(.container(container))
    }

    private mutating func alarm() -> Alarm {
        var alarm = Alarm(
            kind: pick(AlarmKind.allCases), subject: pick(names).text, message: "something",
            raisedAt: epoch.advanced(bySeconds: Double(Int.random(in: 0...9, using: &generator))))
        if Bool.random(using: &generator) { alarm.clearedAt = epoch }
        return alarm
    }

    static func host(_ number: Int) throws -> Host {
        Host(
            name: try HostName("host\(number)"), role: number == 0 ? .gateway : .worker, state: .ready,
            address: IPv4Address(number: 0x0A00_0001 + UInt32(number)),
            facts: HostFacts(
                kernel: "6.18.0", distribution: "Debian 12", architecture: "x86_64", cpuModel: "a model", cpuCount: 2,
                memoryBytes: 1 << 33, cgroupVersion: 2, criuVersion: "4.2.1", runcVersion: nil, addresses: [],
                runtimes: [.simulated], problems: [], agentVersion: "1"),
            capacity: HostCapacity(containers: 10, memoryBytes: 1 << 32), enrolledAt: epoch, lastSeenAt: epoch)
    }
}
