import FleetModel
import Testing

@testable import FleetCore

@Suite("Which order a step is, and to whom it goes")
struct RelocationOrdersTests {
    private var fleet: SmallFleet
    private let name: ContainerName
    private let id: RelocationID
    private let old = IPv4Address(number: 0x0A58_0010)
    private let retained = IPv4Address(number: 0x0A58_0006)
    private let new = IPv4Address(number: 0x0A58_0020)
    private let virtual = IPv4Address(number: 0xCB00_7101)

    init() throws {
        fleet = try SmallFleet()
        let (retained, virtual, new) = (retained, virtual, new)
        name = try fleet.add("shop") { container in
            container.retainedAddresses = [retained]
            container.virtualAddress = virtual
            container.spec.ports = [PortMapping(port: 80, containerPort: 8080)]
        }
        id = try fleet.open(name) { $0.newAddress = new }
    }

    private func orders(_ state: FleetState? = nil, lease: Double = 30) throws -> RelocationOrders {
        let state = state ?? fleet.state
        return try RelocationOrders(try #require(state.relocations[id]), in: state, leaseSeconds: lease)
    }

    private func order(_ kind: StepKind, _ orders: RelocationOrders) throws -> AgentOrder {
        try orders.command(for: orders.step(RelocationCourse.Intent(kind: kind, attempt: 1), at: epoch)).order
    }

    @Test("each step goes to the host that can do it, with what it needs to know")
    func table() throws {
        let orders = try orders()
        let (gateway, source, destination) = (fleet.hosts[0], fleet.hosts[1], fleet.hosts[2])
        let viaSource = try fleet.state.host(source).address
        let viaDestination = try fleet.state.host(destination).address
        let spec = try fleet.container(name).spec
        let move = MoveOrder(relocation: id, container: name)
        let departure = DepartureOrder(
            relocation: id, container: name, rules: ConnectionRules(), limitSeconds: 60)
        let table: [(StepKind, HostName, AgentOrder)] = [
            (
                .prepare, destination,
                .prepare(PrepareOrder(relocation: id, spec: spec, oldAddresses: [old, retained], newAddress: new))
            ),
            (.arm, source, .arm(move)),
            (.hush, gateway, .hush(RouteOrder(addresses: [old, retained], via: viaDestination))),
            (.settle, source, .settle(departure)),
            (.steer, gateway, .route(RouteOrder(addresses: [old, retained, new], via: viaDestination))),
            (.checkpoint, source, .checkpoint(departure)),
            (.restore, destination, .restore(RestoreOrder(relocation: id, container: name, leaseSeconds: 30))),
            (.part, gateway, .part(PartOrder(connections: [], via: viaSource))),
            (.release, destination, .release(ReleaseOrder(relocation: id, container: name))),
            (
                .announce, gateway,
                .announce(
                    AnnounceOrder(
                        virtualAddress: virtual, address: new, via: viaDestination,
                        ports: [PortMapping(port: 80, containerPort: 8080)]))
            ),
            (.seal, destination, .seal(SealOrder(container: name, oldAddresses: [retained]))),
            (.retire, source, .retire(move)),
            (
                .steerBack, gateway,
                .route(RouteOrder(addresses: [old, retained], via: viaSource, forgotten: [new]))
            ),
            (.abandon, destination, .abandon(move)), (.revive, source, .revive(move)), (.disarm, source, .disarm(move)),
        ]
        #expect(Set(table.map(\.0)) == Set(StepKind.allCases))
        for (kind, host, order) in table {
            #expect(orders.host(of: kind) == host, "\(kind)")
            #expect(try self.order(kind, orders) == order, "\(kind)")
        }
    }

    @Test("a step keeps its id however often it is made, and each attempt of each move has one of its own")
    func ids() throws {
        let orders = try orders()
        var seen: Set<OrderID> = []
        for kind in StepKind.allCases {
            for attempt in 1...3 {
                let intent = RelocationCourse.Intent(kind: kind, attempt: attempt)
                let first = try orders.command(for: orders.step(intent, at: epoch))
                let second = try orders.command(for: orders.step(intent, at: epoch.advanced(bySeconds: 9)))
                #expect(first == second)
                #expect(seen.insert(first.id).inserted, "\(first.id)")
                #expect(first.id == OrderID(operation: "relocation-1", step: kind.rawValue, attempt: attempt))
            }
        }
    }

    @Test("a container without ports has no virtual address to announce: its new address is routed")
    func withoutPorts() throws {
        var other = fleet
        try other.change { [name] draft in try draft.update(name) { $0.virtualAddress = nil } }
        let via = try fleet.state.host(fleet.hosts[2]).address
        #expect(try order(.announce, try orders(other.state)) == .route(RouteOrder(addresses: [new], via: via)))
    }

    @Test("connections that are only being closed go along with the release, and are parted at the source")
    func closing() throws {
        var other = fleet
        let connections = [
            TCPConnection(localAddress: old, localPort: 80, remoteAddress: virtual, remotePort: 5000)
        ]
        other.change { [id] draft in
            guard var move = draft.state.relocations[id] else { return }
            move.closing = connections
            draft.record(.relocation(move))
        }
        let orders = try orders(other.state)
        let via = try fleet.state.host(fleet.hosts[1]).address
        #expect(try order(.part, orders) == .part(PartOrder(connections: connections, via: via)))
        #expect(
            try order(.release, orders)
                == .release(ReleaseOrder(relocation: id, container: name, closing: connections)))
    }

    @Test("what a lost source would have to remove, the destination removes; the dump lies where both see it")
    func lostSource() throws {
        var other = fleet
        try other.set(1) { host in
            host.state = .lost
            host.loss = HostLoss(declaredAt: epoch, declaredBy: "ann", reason: "it burnt down")
            host.loss?.fencedAt = epoch
        }
        let orders = try orders(other.state)
        #expect(orders.host(of: .retire) == fleet.hosts[2] && orders.host(of: .disarm) == fleet.hosts[2])
        for kind in StepKind.allCases where kind != .retire && kind != .disarm {
            #expect(orders.host(of: kind) == (try self.orders().host(of: kind)), "\(kind)")
        }
    }

    @Test("each phase may take as long as the policy lets it; an agent that gives up a dump has time to say so")
    func limits() throws {
        var other = fleet
        var policy = Policy()
        policy.connections.acceptSeconds = 100
        policy.limits.prepareSeconds = 20
        policy.limits.checkpointSeconds = 5
        policy.limits.restoreSeconds = 90
        try other.change { [policy] draft in _ = try draft.set(policy, as: .default, by: "ann") }
        let orders = try orders(other.state)
        let times = StepTimes()
        let limits: [StepKind: Double] = [.settle: 115, .prepare: 20, .checkpoint: 20, .restore: 90, .revive: 60]
        for kind in StepKind.allCases {
            #expect(orders.limit(of: kind, times) == .seconds(limits[kind] ?? 15), "\(kind)")
        }
        #expect(orders.departure.limitSeconds == 5)
    }

    @Test("there are no orders without a destination, a gateway or a container, and the words say what is missing")
    func missing() throws {
        var move = try #require(fleet.state.relocations[id])
        var state = fleet.state
        state.apply(.containerRemoved(name))
        #expect(throws: FleetError.notFound(kind: "container", name: "shop")) {
            try RelocationOrders(move, in: state, leaseSeconds: 30)
        }
        state = fleet.state
        state.apply(.hostForgotten(fleet.hosts[0]))
        #expect(throws: FleetError.conflict("no gateway has enrolled")) {
            try RelocationOrders(move, in: state, leaseSeconds: 30)
        }
        move.destination = nil
        #expect(throws: FleetError.conflict("relocation 1 has no destination yet")) {
            try RelocationOrders(move, in: fleet.state, leaseSeconds: 30)
        }
    }

    @Test(
        "where the way leads to a host that is not in the fleet any more, there is no such order; removing still works")
    func forgottenDestination() throws {
        var state = fleet.state
        state.apply(.hostForgotten(fleet.hosts[2]))
        let orders = try orders(state)
        for kind in [StepKind.hush, .steer, .announce] {
            #expect(throws: FleetError.notFound(kind: "host", name: "host2"), "\(kind)") { try order(kind, orders) }
        }
        for kind in [StepKind.steerBack, .revive, .disarm, .retire] {
            #expect(throws: Never.self, "\(kind)") { try order(kind, orders) }
        }
    }
}

@Suite("How long agents may take")
struct StepTimesTests {
    @Test("the first attempt comes at once, then pauses double up to the longest, however often it is tried")
    func pauses() {
        var times = StepTimes()
        times.firstPauseSeconds = 0.1
        times.longestPauseSeconds = 5
        #expect(times.pause(before: 0) == .zero && times.pause(before: 1) == .zero)
        let pauses = (2...9).map { times.pause(before: $0) }
        #expect(pauses == [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5, 5].map { Duration.seconds($0) })
        for attempt in [100, 10_000, Int.max] { #expect(times.pause(before: attempt) == .seconds(5)) }
    }
}
