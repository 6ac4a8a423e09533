import FleetCore
import FleetLedger
import FleetModel
import Ledger
import Logging
import RelocateTesting
import Synchronization
import Testing

@testable import ControlPlane

/// What a gateway that has enrolled is told.
@Suite("What a gateway is told at once")
struct GatewayBulkTests {
    @Test("it is told of many containers at once")
    func atOnce() async throws {
        let desk = try Counter(containers: 600)
        let gateway = desk.play { _ in .succeeded(.done) }
        await desk.restore()
        gateway.cancel()
        let orders = desk.orders
        #expect(orders.count == 3)
        let routed = orders.flatMap(\.routes).flatMap { order in order.addresses.map { ($0, order.via) } }
        #expect(routed.count == 600)
        let routes = Dictionary(uniqueKeysWithValues: routed)
        let mapped = orders.flatMap(\.announcements)
        #expect(Set(mapped.map(\.virtualAddress)).count == 600)
        for container in desk.fleet.snapshot.containers.values {
            let host = try #require(container.host.flatMap { desk.fleet.snapshot.hosts[$0] })
            #expect(routes[try #require(container.address)] == host.address)
            let announcement = mapped.first { $0.virtualAddress == container.virtualAddress }
            #expect(announcement?.address == container.address)
            #expect(announcement?.via == host.address)
        }
    }

    @Test("a container that it cannot take does not keep the others from it")
    func refused() async throws {
        let desk = try Counter(containers: 40)
        let bad = try #require(desk.fleet.snapshot.containers[Counter.container(7)]?.virtualAddress)
        let gateway = desk.play { order in
            order.announcements.contains { $0.virtualAddress == bad }
                ? .failed(StepFailure(code: .networkFailed, message: "not this one")) : .succeeded(.done)
        }
        await desk.restore()
        gateway.cancel()
        let taken = desk.orders.filter { order in !order.announcements.contains { $0.virtualAddress == bad } }
        #expect(Set(taken.flatMap(\.announcements).map(\.virtualAddress)).count == 39)
    }

    @Test("a container that moves before the gateway has done what it was told is told again where it is then")
    func overtaken() async throws {
        let desk = try Counter(containers: 3)
        let name = Counter.container(1)
        let gateway = desk.play { _ in
            guard desk.orders.count == 1 else { return .succeeded(.done) }
            do {
                try await desk.fleet.change(by: "test") { try $0.update(name) { $0.host = Counter.host(2) } }
            } catch {
                Issue.record(error)
            }
            return .succeeded(.done)
        }
        await desk.restore()
        gateway.cancel()
        let place = try #require(desk.fleet.snapshot.hosts[Counter.host(2)]?.address)
        #expect(desk.orders.count == 2)
        #expect(desk.orders.last?.announcements.map(\.via) == [place])
    }

    @Test(
        "a container that is being moved or started is left to who does that, and told of when it runs",
        arguments: [ContainerState.relocating(RelocationID(1)), .starting])
    func passing(state: ContainerState) async throws {
        let desk = try Counter(containers: 3)
        let name = Counter.container(0)
        try await desk.fleet.change(by: "test") { try $0.update(name) { $0.state = state } }
        let gateway = desk.play { _ in .succeeded(.done) }
        let restoring = Task { await desk.restore() }
        try await eventually("the others are told") { desk.orders.count == 1 }
        #expect(desk.orders.first?.announcements.count == 2)
        try await desk.fleet.change(by: "test") { try $0.update(name) { $0.state = .running } }
        await restoring.value
        gateway.cancel()
        #expect(desk.orders.flatMap(\.announcements).count == 3)
    }

    @Test("nothing is told in a session that is over")
    func superseded() async throws {
        let desk = try Counter(containers: 600)
        let gateway = desk.play { _ in
            desk.agents.begin(session: 2, of: Counter.gateway)
            return .succeeded(.done)
        }
        await desk.restore()
        gateway.cancel()
        #expect(desk.orders.count == 1)
    }
}

/// A fleet with a gateway that answers as a test says.
private final class Counter: Sendable {
    static let gateway = HostName(known: "gateway")
    static func host(_ number: Int) -> HostName { HostName(known: "h\(number)") }
    static func container(_ number: Int) -> ContainerName { ContainerName(known: "c\(1000 + number)") }

    let fleet: Fleet
    let agents = AgentRegistry(logger: Logger(label: "test"))
    private let seen = Mutex<[RememberOrder]>([])

    /// What the gateway was told, in order.
    var orders: [RememberOrder] { seen.withLock { $0 } }

    init(containers: Int) throws {
        let now = Timestamp.now
        var state = FleetState()
        for number in 0...3 {
            state.apply(.host(Self.host(named: number == 0 ? Self.gateway : Self.host(number - 1), number, at: now)))
        }
        let tenant = try TenantName("tenant")
        state.apply(.tenant(Tenant(name: tenant, createdAt: now)))
        for number in 0..<containers {
            state.apply(
                .container(
                    Container(
                        spec: ContainerSpec(
                            name: Self.container(number), tenant: tenant, image: "redis",
                            digest: try ImageDigest("sha256:" + String(repeating: "ab", count: 32)),
                            ports: [PortMapping(port: 80, containerPort: 80)], runtime: .simulated),
                        state: .running, host: Self.host(number % 2),
                        virtualAddress: IPv4Address(number: 0xCB00_7100 + UInt32(number)),
                        address: IPv4Address(number: 0x0A58_0000 + UInt32(number)), createdAt: now)))
        }
        fleet = Fleet(ledger: OpenLog(), state: state, exposure: ExposureLog())
        agents.begin(session: 1, of: Self.gateway)
    }

    func restore() async {
        let memory = GatewayMemory(
            fleet: fleet, agents: agents, fences: FenceKeeper(fleet: fleet, agents: agents),
            logger: Logger(label: "test"))
        await memory.restore(to: Self.gateway, in: 1)
    }

    /// Answers what the gateway is told.
    func play(_ answer: @escaping @Sendable (RememberOrder) async -> OrderResult) -> Task<Void, Never> {
        let (commands, _) = agents.open(for: Self.gateway)
        return Task {
            for await command in commands {
                var result = OrderResult.succeeded(.done)
                if case .remember(let order) = command.order {
                    seen.withLock { $0.append(order) }
                    result = await answer(order)
                }
                agents.take(OrderOutcome(id: command.id, result: result, durationMilliseconds: 0), from: Self.gateway)
            }
        }
    }

    private static func host(named name: HostName, _ number: Int, at now: Timestamp) -> Host {
        Host(
            name: name, role: number == 0 ? .gateway : .worker, state: .ready,
            address: IPv4Address(number: 0xAC10_0000 + UInt32(number)),
            facts: HostFacts(
                kernel: "6", distribution: "d", architecture: "x86_64", cpuModel: "c", cpuCount: 8,
                memoryBytes: 64 << 30, cgroupVersion: 2, criuVersion: "4.2", runcVersion: "1", addresses: [],
                runtimes: [.simulated], problems: [], agentVersion: "1"),
            capacity: HostCapacity(containers: 1000, memoryBytes: 1 << 40), enrolledAt: now, lastSeenAt: now)
    }
}

/// A ledger in memory.
private final class OpenLog: CommitLog {
    private let sequence = Mutex<Int64>(0)

    func commit(_ entries: [LedgerEntry], waitingUntil deadline: ContinuousClock.Instant) throws -> [[FleetEvent]] {
        sequence.withLock { sequence in
            entries.map { entry in
                entry.changes.map { change in
                    sequence += 1
                    return FleetEvent(sequence: sequence, at: entry.time, actor: entry.actor, change: change)
                }
            }
        }
    }
}
