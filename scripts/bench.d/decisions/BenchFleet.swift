import FleetCore
import FleetModel
import MovingTarget

/// A fleet whose containers are moved at random, without disk, network or agents.
struct BenchFleet {
    /// Its containers.
    private(set) var names: [ContainerName] = []
    private var state = FleetState()
    private let exposure = ExposureLog()
    private let network = try? IPv4Network("10.0.0.0/8")
    private var now = Timestamp(milliseconds: 1_800_000_000_000)
    private var sequence: Int64 = 0

    /// Hosts of so many configurations, with 0 to 20 containers of 200 tenants each.
    init(hosts count: Int, classes: Int, rule: DrawRule) throws {
        var random: UInt64 = 1
        func number(_ limit: Int) -> Int {
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(random >> 33) % limit
        }
        take(
            .policy(
                PolicyRecord(
                    name: .default, version: 1, changedAt: now, changedBy: "bench",
                    policy: Policy(placement: PlacementRules(rule: rule)))))
        for tenant in 0..<200 { take(.tenant(Tenant(name: try TenantName("t\(tenant)"), createdAt: now))) }
        for number in 0..<count { take(.host(try Self.host(number, kind: number % classes))) }
        var gateway = try Self.host(count, kind: 0)
        gateway.role = .gateway
        take(.host(gateway))
        for host in 0..<count {
            for _ in 0..<number(21) {
                let name = try ContainerName("c\(names.count)")
                names.append(name)
                take(.container(try Self.container(name, number(200), on: host, names.count, at: now)))
            }
        }
        now = now.advanced(bySeconds: 300)
    }

    /// Decides where a container goes, and moves it there if it is to be.
    mutating func decide(_ number: Int, moves: Bool) throws {
        let container = try state.container(names[number])
        guard let source = container.host, let network else { return }
        // It names what is kept of it, as the control plane's do.
        let decision = state.decision(
            moving: container, from: source, at: now, exposure: exposure, listing: .ends
        ).decision
        guard let chosen = decision.chosen else { throw FleetError.conflict(decision.words) }
        guard moves else { return }
        var draft = FleetDraft(state: state, now: now)
        let wanted = RelocationRequest(container: container.name, trigger: .clock, actor: "clock")
        let (asked, _) = try draft.enqueue(wanted, exposure: exposure)
        publish(draft)
        draft = FleetDraft(state: state, now: now)
        guard draft.begin(asked.id, at: chosen, decision, in: network) == .begun,
            var relocation = draft.state.relocations[asked.id]
        else { throw FleetError.conflict("\(asked.subject) does not begin") }
        publish(draft)

        now = now.advanced(bySeconds: 0.01)
        draft = FleetDraft(state: state, now: now)
        try draft.arrive(relocation)
        publish(draft)

        draft = FleetDraft(state: state, now: now)
        relocation.state = .completed
        relocation.endedAt = now
        draft.record(.relocation(relocation))
        try draft.settle(relocation)
        try draft.update(container.name) { $0.retainedAddresses = [] }
        publish(draft)
    }

    private mutating func publish(_ draft: FleetDraft) {
        state = draft.state
        var events: [FleetEvent] = []
        for change in draft.changes { events.append(event(change)) }
        exposure.take(events, in: state)
    }

    private mutating func take(_ change: FleetChange) {
        state.apply(change)
        exposure.take([event(change)], in: state)
    }

    private mutating func event(_ change: FleetChange) -> FleetEvent {
        sequence += 1
        return FleetEvent(sequence: sequence, at: now, actor: "bench", change: change)
    }

    private static func container(
        _ name: ContainerName, _ tenant: Int, on host: Int, _ number: Int, at now: Timestamp
    ) throws -> Container {
        var container = Container(
            spec: ContainerSpec(
                name: name, tenant: try TenantName("t\(tenant)"), image: "redis",
                digest: try ImageDigest("sha256:" + String(repeating: "ab", count: 32)), runtime: .runc),
            state: .running, createdAt: now)
        container.host = try HostName("h\(host)")
        container.address = IPv4Address(number: 0x0B00_0000 + UInt32(number))
        container.mobility = .movable
        container.arrivedAt = now
        return container
    }

    private static func host(_ number: Int, kind: Int) throws -> Host {
        let profile = HostProfile(
            configuration: [
                "kernel": .text("\(kind % 7).\(kind % 11).0"), "distribution": .text("os\(kind % 5) \(kind)"),
                "processor": .text("v\(kind % 3) \(kind)"), "libc": .text("glibc \(kind % 4)"),
                "mitigations": .list(["m\(kind % 13)", "n"]), "runtimes": .table(["runc": "\(kind % 3)"]),
            ],
            network: [
                "subnets": .list(["10.\(kind % 250).0.0/16"]), "zone": .text("z\(kind % 9)"), "mode": .text("r"),
                "driver": .text("d\(kind % 2)"),
            ],
            services: ["listening": .table(["tcp/s\(kind % 17)": "1"]), "daemons": .list(["d\(kind % 19)"])])
        return Host(
            name: try HostName("h\(number)"), role: .worker, state: .ready,
            address: IPv4Address(number: UInt32(number)),
            facts: HostFacts(
                kernel: "6", distribution: "d", architecture: "x86_64", cpuModel: "c", cpuCount: 8,
                memoryBytes: 64 << 30, cgroupVersion: 2, criuVersion: "4.2", runcVersion: "1", addresses: [],
                runtimes: [.runc], problems: [], agentVersion: "1", profile: profile),
            capacity: HostCapacity(containers: 40, memoryBytes: 64 << 30),
            enrolledAt: Timestamp(milliseconds: 0), lastSeenAt: Timestamp(milliseconds: 0))
    }
}
