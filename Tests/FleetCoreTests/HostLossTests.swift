import FleetModel
import MovingTarget
import Testing

@testable import FleetCore

/// A fleet of three hosts and a gateway, with a container on host1.
private struct Three {
    var state = FleetState()
    let name: ContainerName
    let network: IPv4Network
    let hosts: [Host]

    init(onHostLoss: HostLossRule = .stay) throws {
        network = try IPv4Network("10.88.0.0/24")
        name = try ContainerName("shop")
        hosts = try (0..<4).map { try RandomFleet.host($0) }
        let spec = ContainerSpec(
            name: name, tenant: try TenantName("acme"), image: "redis",
            digest: try ImageDigest("sha256:" + String(repeating: "ab", count: 32)), runtime: .simulated)
        var container = Container(
            spec: spec, state: .running, host: hosts[1].name, address: IPv4Address(number: 0x0A58_0007),
            retainedAddresses: [IPv4Address(number: 0x0A58_0006)], mobility: .movable, createdAt: epoch)
        container.onHostLoss = onHostLoss
        try change { [hosts] draft in
            for host in hosts { draft.record(.host(host)) }
            draft.record(.tenant(Tenant(name: spec.tenant, createdAt: epoch)))
            draft.record(.container(container))
        }
    }

    @discardableResult
    mutating func change<Value>(_ body: (inout FleetDraft) throws -> Value) throws -> Value {
        var draft = FleetDraft(state: state, now: epoch)
        let value = try body(&draft)
        state = draft.state
        return value
    }

    mutating func set(_ host: HostName, _ state: HostState) throws {
        try change { draft in
            var host = try draft.host(host)
            host.state = state
            draft.record(.host(host))
        }
    }

    mutating func lose(_ host: HostName) throws {
        try set(host, .unreachable)
        _ = try change { try $0.declareLost(host, reason: "it burnt down", by: "ann") }
    }

    mutating func fence(_ host: HostName) throws {
        let addresses = state.fencedAddresses
        _ = try change { try $0.fenceStands(around: host, addresses) }
    }

    mutating func openMove(from source: HostName, to destination: HostName, _ state: RelocationState) throws {
        try change { [name] draft in
            var move = Relocation(
                id: RelocationID(draft.state.nextRelocation), container: name, tenant: try TenantName("acme"),
                source: source, destination: destination, trigger: .operator_, actor: "ann", reason: nil,
                oldAddress: IPv4Address(number: 0x0A58_0007), createdAt: draft.now)
            move.state = state
            move.newAddress = IPv4Address(number: 0x0A58_0008)
            draft.record(.relocation(move))
        }
    }

    var container: Container { get throws { try state.container(name) } }
    var host1: HostName { hosts[1].name }
    var host2: HostName { hosts[2].name }
}

@Suite("Hosts that are not heard")
struct SilentHostTests {
    @Test("who asks for a move is told which host is not heard; the clock and drains wait", arguments: Trigger.allCases)
    func refusal(trigger: Trigger) throws {
        for (silent, state) in [(1, HostState.unreachable), (2, .unreachable), (0, .unreachable), (1, .lost)] {
            var three = try Three()
            let (source, destination) = (three.host1, three.host2)
            try three.set(three.hosts[silent].name, state)
            let waiting = StartQueue.Waiting(
                id: RelocationID(1), trigger: trigger, tenant: try TenantName("acme"), source: source,
                destination: destination)
            switch three.state.hearing(of: waiting, isConnected: { _ in true }) {
            case .refuse(let host):
                #expect(trigger.isImpatient)
                #expect(host.name == three.hosts[silent].name)
                #expect(host.description.contains(state == .lost ? "readmit" : "\(epoch)"), "\(host)")
            case .wait: #expect(!trigger.isImpatient)
            case .heard: Issue.record("\(silent) is \(state), and counts as heard")
            }
            let wanted = RelocationRequest(container: three.name, to: destination, trigger: trigger, actor: "ann")
            if trigger.isImpatient {
                #expect(throws: FleetError.self) {
                    _ = try three.state.movable(wanted, at: epoch, exposure: ExposureLog())
                }
            }
        }
    }

    @Test("a host whose link is broken only just is waited for, whoever asks", arguments: Trigger.allCases)
    func link(trigger: Trigger) throws {
        let three = try Three()
        let waiting = StartQueue.Waiting(
            id: RelocationID(1), trigger: trigger, tenant: try TenantName("acme"), source: three.host1)
        for silent in three.hosts.prefix(2) {
            #expect(three.state.hearing(of: waiting) { $0 != silent.name } == .wait)
        }
        #expect(three.state.hearing(of: waiting) { _ in true } == .heard)
    }
}

@Suite("Hosts that are lost, come back and are forgotten")
struct HostLossTests {
    @Test("nothing follows from a loss before the gateway has cut off all that may run there")
    func order() throws {
        var three = try Three(onHostLoss: .restart)
        try three.lose(three.host1)
        let addresses = try three.container.addresses
        #expect(three.state.fencedAddresses == addresses)
        #expect(try three.container.state == .running)
        #expect(three.state.containersToRestart == [])
        let half = Set(addresses.sorted().prefix(1))
        let host = three.host1
        #expect(try three.change { try $0.fenceStands(around: host, half) } == false)
        #expect(try three.container.state == .running)
        try three.fence(host)
        #expect(try three.container.state == .lost(host))
        #expect(try three.container.addresses == [])
        #expect(three.state.containerCount(on: host) == 0)
        #expect(three.state.containersToRestart == [three.name])
        let (name, network) = (three.name, three.network)
        let started = try three.change { try $0.startAnew(name, in: network) }
        #expect(started.state == .starting && started.host != host)
        let address = try #require(started.address)
        #expect(!addresses.contains(address) && !three.state.fencedAddresses.contains(address))
        #expect(three.state.index == FleetIndex(of: three.state))
    }

    @Test("a container that is to stay lost has an alarm until it is started anew, which is not before it is cut off")
    func stays() throws {
        var three = try Three()
        try three.lose(three.host1)
        try three.fence(three.host1)
        #expect(three.state.containersToRestart == [])
        #expect(three.state.containersThatStayLost.map(\.name) == [three.name])
        #expect(three.state.alarms(of: .lost).map(\.subject) == ["shop"])
        #expect(three.state.alarms(of: .hostLost).map(\.subject) == [three.host1.text])
        // Something was found out that may run there, too.
        let host = three.host1
        try three.change { draft in
            var record = try draft.host(host)
            record.loss?.isFenceWhole = false
            draft.record(.host(record))
        }
        let (name, network) = (three.name, three.network)
        #expect(throws: FleetError.self) { try three.change { try $0.startAnew(name, in: network) } }
        try three.fence(host)
        try three.change { _ = try $0.startAnew(name, in: network) }
        #expect(three.state.alarms(of: .lost).isEmpty)
    }

    @Test("a move that waits ends with a loss of either of its hosts", arguments: [1, 2])
    func waitingMoves(lost: Int) throws {
        var three = try Three()
        try three.openMove(from: three.host1, to: three.host2, .queued)
        try three.lose(three.hosts[lost].name)
        #expect(three.state.relocations.count == 1)
        try three.fence(three.hosts[lost].name)
        #expect(three.state.relocations.isEmpty)
        #expect(try three.container.state == (lost == 1 ? .lost(three.host1) : .running))
    }

    @Test("a host is forgotten only when no move names it, and the gateway when there is none at all")
    func forgetting() throws {
        for (from, to) in [(1, 2), (2, 3), (3, 2)] {
            var three = try Three()
            let (host, gateway) = (three.host2, three.hosts[0].name)
            try three.openMove(from: three.hosts[from].name, to: three.hosts[to].name, .running)
            for name in [host, gateway] {
                try three.set(name, .unreachable)
                let error = #expect(throws: FleetError.self) { try three.change { try $0.forget(name) } }
                #expect(error?.description.contains("has not ended: 1") == true)
            }
            try three.change { draft in
                var move = try #require(draft.state.relocations[RelocationID(1)])
                move.state = .failed
                draft.record(.relocation(move))
            }
            for name in [host, gateway] { try three.change { try $0.forget(name) } }
            #expect(three.state.hosts[host] == nil)
        }
    }

    @Test("a move with a host that an earlier version has forgotten comes to its end")
    func forgottenInAMove() throws {
        var three = try Three()
        try three.openMove(from: three.host1, to: three.host2, .running)
        let host = three.host2
        try three.change { $0.record(.hostForgotten(host)) }
        let move = try #require(three.state.relocations[RelocationID(1)])
        #expect(three.state.losses(of: move) == RelocationCourse.Losses(destination: host))
        let orders = try RelocationOrders(move, in: three.state, leaseSeconds: 30)
        for kind in [StepKind.revive, .steerBack, .disarm] {
            let step = orders.step(RelocationCourse.Intent(kind: kind, attempt: 1), at: epoch)
            #expect(throws: Never.self) { try orders.command(for: step) }
        }
    }

    @Test("a host that comes back keeps what is its own, and what the fleet does not know")
    func foreign() throws {
        var three = try Three(onHostLoss: .restart)
        let unknown = try ContainerName("unknown")
        let there = [three.name, unknown]
        #expect(three.state.foreign(among: there, on: three.host1) == [])
        #expect(three.state.foreign(among: there, on: three.host2) == [three.name], "it runs elsewhere")
        try three.openMove(from: three.host1, to: three.host2, .running)
        #expect(three.state.foreign(among: there, on: three.host2) == [], "a move says what becomes of it")
        #expect(three.state.foreign(among: there, on: three.hosts[3].name) == [three.name], "it is no part of the move")
        try three.change { draft in
            var move = try #require(draft.state.relocations[RelocationID(1)])
            move.state = .failed
            draft.record(.relocation(move))
        }
        let host = three.host1
        try three.lose(host)
        try three.fence(host)
        #expect(three.state.foreign(among: there, on: host) == there)
        try three.change { _ = try $0.readmit(host) }
        #expect(three.state.foreign(among: there, on: host) == there, "until it has shown that it has nothing")
        try three.change { $0.absolve(host) }
        #expect(three.state.hosts[host]?.loss == nil)
        #expect(three.state.fencedAddresses.isEmpty)
        #expect(three.state.alarms(of: .hostLost).isEmpty)
        #expect(three.state.foreign(among: there, on: host) == [three.name], "it is lost, and not there")
    }

    @Test(
        "a copy that comes back is ended whatever the container does elsewhere, unless it is not known what is where",
        arguments: [
            (.starting, true), (.running, true), (.stopping, true), (.removing, true),
            (.stopped(reason: "it ended"), true), (.failed(reason: "it never ran"), true),
            (.stranded(RelocationID(1)), false),
        ] as [(ContainerState, Bool)])
    func foreign(state: ContainerState, isForeign: Bool) throws {
        var three = try Three()
        try three.change { [three] draft in try draft.update(three.name) { $0.state = state } }
        #expect(three.state.foreign(among: [three.name], on: three.host2) == (isForeign ? [three.name] : []))
        #expect(three.state.foreign(among: [three.name], on: three.host1) == [])
    }

    @Test("a host is readmitted when all that followed from its loss is done, and comes back ready")
    func readmission() throws {
        var three = try Three()
        let host = three.host1
        #expect(throws: FleetError.self) { try three.change { try $0.readmit(host) } }
        try three.lose(host)
        #expect(throws: FleetError.self) { try three.change { try $0.readmit(host) } }
        try three.fence(host)
        var draft = FleetDraft(state: three.state, now: epoch)
        _ = try draft.readmit(host)
        #expect(draft.notes == [.credentialRevoked(host)])
        three.state = draft.state
        #expect(three.state.hosts[host]?.state == .unreachable)
        let machine = three.hosts[1]
        try three.change { draft in
            try draft.enrol(
                Enrolment(
                    host: host, role: .worker, address: machine.address, facts: machine.facts,
                    capacity: machine.capacity))
        }
        #expect(three.state.hosts[host]?.state == .ready)
        #expect(!three.state.fencedAddresses.isEmpty, "it has not shown that it has nothing")
    }

    @Test("the gateway cannot be declared lost, and a lost host is not declared so twice")
    func gateway() throws {
        var three = try Three()
        let (gateway, host) = (three.hosts[0].name, three.host1)
        #expect(throws: FleetError.self) {
            try three.change { try $0.declareLost(gateway, reason: "x", by: "ann") }
        }
        try three.lose(host)
        let before = three.state.hosts[host]
        try three.change { _ = try $0.declareLost(host, reason: "again", by: "bob") }
        #expect(three.state.hosts[host] == before)
    }

    @Test("silent hosts count as off for good by themselves only while the others and the gateway are heard")
    func automatic() throws {
        var three = try Three()
        let (host, gateway) = (three.host1, three.hosts[0].name)
        func found(after seconds: Double) -> [HostName] {
            three.state.hostsOffForGood(after: seconds, at: epoch.advanced(bySeconds: 100)) { _ in epoch }
        }
        #expect(found(after: 100) == [])
        try three.set(host, .unreachable)
        #expect(found(after: 100) == [host])
        #expect(found(after: 101) == [])
        try three.set(gateway, .unreachable)
        #expect(found(after: 100) == [])
        try three.set(gateway, .ready)
        try three.set(three.host2, .unreachable)
        #expect(found(after: 100) == [], "one of three is heard")
    }
}

@Suite("Who is taken in as which host")
struct AdmissionTests {
    @Test(
        "a table",
        arguments: [
            (Admission.Secret.other, HostState?.none, false, false, Admission.unknownSecret),
            (.other, .lost, true, false, .unknownSecret),
            (.joinToken, nil, false, false, .withNewCredential),
            (.joinToken, .ready, true, true, .placeTaken),
            (.joinToken, .ready, true, false, .withNewCredential),
            // Readmitted, or forgotten and connected before: the credential is gone.
            (.joinToken, .unreachable, false, false, .withNewCredential),
            (.credential, .ready, true, true, .asBefore),
            (.credential, .unreachable, true, false, .asBefore),
            (.credential, .lost, true, false, .lost),
            (.joinToken, .lost, true, false, .lost),
            (.joinToken, .lost, false, true, .lost),
        ])
    func table(
        secret: Admission.Secret, state: HostState?, hasCredential: Bool, isConnected: Bool, expected: Admission
    ) throws {
        var host = try state.map { _ in try RandomFleet.host(1) }
        if let state { host?.state = state }
        #expect(Admission(secret, as: host, hasCredential: hasCredential, isConnected: isConnected) == expected)
    }
}
