import FleetModel
import Testing

@testable import FleetCore

@Suite("The lives of containers")
struct LifeTests {
    private static let relocation = RelocationID(4)

    private static func states() throws -> [ContainerState] {
        [
            .starting, .running, .relocating(relocation), .stopping, .stopped(reason: "it ended"),
            .stranded(relocation), .failed(reason: "no"), .removing, .lost(try HostName("host2")),
        ]
    }

    @Test("every state has a word of its own; it either passes by itself, runs, or waits for somebody")
    func states() throws {
        let states = try Self.states()
        #expect(Set(states.map(\.word)).count == states.count)
        #expect(states.filter(\.mayStartAnew).map(\.word) == [.stopped, .stranded, .failed, .lost])
        #expect(states.filter(\.isPassing).map(\.word) == [.starting, .relocating, .stopping, .removing])
        for state in states {
            #expect([state.mayStartAnew, state.isPassing, state == .running].count(where: \.self) == 1, "\(state)")
            #expect(state.isLost == (state.word == .lost))
        }
    }

    @Test("one that is to be started anew by now will be another soon; one whose time is to come stays for now")
    func restarts() throws {
        var fleet = try SmallFleet()
        let name = try fleet.add("shop") { container in
            container.state = .stopped(reason: "it ended")
            container.restarts.nextAt = epoch.advanced(bySeconds: 5)
        }
        let container = try fleet.container(name)
        #expect(!container.isPassing(at: epoch.advanced(bySeconds: 4)))
        #expect(container.isPassing(at: epoch.advanced(bySeconds: 5)))
    }

    @Test("only what does not run can be started anew, and it gets a new place, a new address and a clean slate")
    func startAnew() throws {
        for state in try Self.states() {
            var fleet = try SmallFleet()
            let old = IPv4Address(number: 0x0A58_0006)
            let name = try fleet.add("shop") { container in
                container.state = state
                container.retainedAddresses = [old]
                container.restarts.nextAt = epoch
                container.deadlineAt = epoch
            }
            fleet.change { draft in
                for kind in [AlarmKind.stranded, .exited, .lost, .noFeasibleHost] {
                    draft.raise(kind, about: "shop", "something")
                }
            }
            let (before, network) = (try fleet.container(name), fleet.network)
            guard state.mayStartAnew else {
                #expect(throws: FleetError.conflict("container 'shop' is \(state.word) already")) {
                    try fleet.change { try $0.startAnew(name, in: network) }
                }
                continue
            }
            let after = try fleet.change { try $0.startAnew(name, in: network) }
            #expect(after.state == .starting && after.host != nil)
            #expect(after.mobility == .unknown && after.deadlineAt == nil && after.restarts.nextAt == nil)
            #expect(after.address != before.address && after.retainedAddresses == [])
            for address in before.addresses {
                #expect(fleet.state.quarantine.end(of: address, at: fleet.now) != nil, "\(address) rests")
            }
            #expect(fleet.state.alarms.isEmpty)
            #expect(fleet.state.restartsDue.isEmpty && fleet.isCounted)
            #expect(after.operation != before.operation, "the orders of its last life are not those of this one")
        }
    }

    @Test("nothing is started where clients could not reach it, where there is no room, or on a host that is not there")
    func places() throws {
        var fleet = try SmallFleet()
        let name = try fleet.add("shop", on: nil) { $0.state = .stopped(reason: "it ended") }
        let network = fleet.network
        func start(_ fleet: inout SmallFleet, on host: HostName? = nil) throws {
            var container = try fleet.container(name)
            try fleet.change { try $0.place(&container, on: host, in: network) }
        }
        let nowhere = try HostName("host9")
        #expect(throws: FleetError.notFound(kind: "host", name: "host9")) { try start(&fleet, on: nowhere) }
        let third = fleet.hosts[3]
        try start(&fleet, on: third)
        #expect(try fleet.container(name).host == third)
        for host in 1...3 { try fleet.set(host) { $0.state = .cordoned } }
        #expect(throws: FleetError.self) { try start(&fleet) }
        try fleet.set(0) { $0.state = .unreachable }
        let error = try #require(throws: FleetError.self) { try start(&fleet) }
        #expect(error.description.hasPrefix("no client could reach it: the gateway 'host0' has not been heard"))
    }

    @Test(
        "what a container has left is not in the way of its restart: in a fleet that is full it is started where it was"
    )
    func sameHost() throws {
        var fleet = try SmallFleet()
        let name = try fleet.add("shop") { $0.state = .stopped(reason: "it ended") }
        let bytes = try fleet.container(name).spec.limits.memoryBytes
        try fleet.set(1) { $0.capacity = HostCapacity(containers: 1, memoryBytes: bytes) }
        for host in 2...3 { try fleet.set(host) { $0.state = .cordoned } }
        let network = fleet.network
        #expect(try fleet.change { try $0.startAnew(name, in: network) }.host == fleet.hosts[1])
    }

    @Test("it can be stopped as long as it runs or waits for its restart, and not while it is being moved")
    func stopping() throws {
        for state in try Self.states() {
            var fleet = try SmallFleet()
            let name = try fleet.add("shop") { $0.state = state }
            func stop(thenStart: Bool) throws -> ContainerState {
                var copy = fleet
                return try copy.change { try $0.beginStopping(name, thenStart: thenStart, by: "bob") }.state
            }
            switch state {
            case .running, .stopping:
                #expect(try stop(thenStart: false) == .stopping)
                #expect(try stop(thenStart: true) == .stopping)
            case .stopped, .failed:
                #expect(throws: FleetError.conflict("container 'shop' does not run")) { try stop(thenStart: false) }
                #expect(try stop(thenStart: true) == state)
            default:
                for thenStart in [false, true] {
                    #expect(throws: FleetError.conflict("container 'shop' is \(state.word)")) {
                        try stop(thenStart: thenStart)
                    }
                }
            }
        }
        var fleet = try SmallFleet()
        let name = try fleet.add("shop")
        try fleet.open(name, to: nil, .queued)
        #expect(
            throws: FleetError.conflict(
                "container 'shop' is being moved by relocation 1; cancel that or wait for its end")
        ) { try fleet.change { try $0.beginStopping(name, thenStart: false, by: "bob") } }
    }

    @Test("that it has been stopped changes nothing where it is not being stopped any more")
    func stoppedLate() throws {
        for state in try Self.states() where state != .stopping {
            var fleet = try SmallFleet()
            let name = try fleet.add("shop") { $0.state = state }
            #expect(try fleet.draft { try $0.stopped(name, by: "bob") }.isEmpty, "\(state)")
        }
    }

    @Test("pauses double up to five minutes, and never overflow")
    func pauses() {
        #expect((1...10).map { RestartPause.seconds(before: $0) } == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300])
        for number in [-5, 0, 1000, Int.max] {
            #expect((1...300).contains(RestartPause.seconds(before: number)))
        }
    }
}

@Suite("Which addresses are free")
struct FreeAddressTests {
    @Test("virtual addresses are the lowest that nobody has, and end with the network")
    func virtual() throws {
        var fleet = try SmallFleet()
        let network = try IPv4Network("203.0.113.0/29")
        for number in 1...6 {
            let free = try fleet.state.freeVirtualAddress(of: network)
            #expect(free == network.address(at: number))
            try fleet.add("shop\(number)") { $0.virtualAddress = free }
        }
        #expect(throws: FleetError.addressesExhausted(network)) { try fleet.state.freeVirtualAddress(of: network) }
        let gone = try ContainerName("shop3")
        fleet.change { $0.record(.containerRemoved(gone)) }
        #expect(try fleet.state.freeVirtualAddress(of: network) == network.address(at: 3))
    }

    @Test("of a network without room nothing is drawn, and the words name it")
    func exhausted() throws {
        var fleet = try SmallFleet()
        let network = try IPv4Network("10.9.0.0/30")
        try fleet.add("one") { $0.address = IPv4Address(number: 0x0A09_0001) }
        #expect(try fleet.state.freeAddress(of: network, at: epoch).description == "10.9.0.2")
        try fleet.add("two") { $0.retainedAddresses = [IPv4Address(number: 0x0A09_0002)] }
        let error = try #require(throws: FleetError.self) { try fleet.state.freeAddress(of: network, at: epoch) }
        #expect(error == .addressesExhausted(network))
        #expect(error.description == "no address of 10.9.0.0/30 is free")
        for small in ["10.9.0.0/31", "10.9.0.0/32"] {
            let network = try IPv4Network(small)
            #expect(throws: FleetError.addressesExhausted(network)) {
                try fleet.state.freeAddress(of: network, at: epoch)
            }
        }
    }

    @Test("what rests is free again when its time is over, and not before")
    func rests() throws {
        var fleet = try SmallFleet()
        let network = try IPv4Network("10.9.0.0/30")
        fleet.change { draft in
            for number in 1...2 { draft.release(IPv4Address(number: 0x0A09_0000 + UInt32(number))) }
            draft.release(nil)
        }
        for seconds in [0.0, 599] {
            let now = epoch.advanced(bySeconds: seconds)
            #expect(throws: FleetError.addressesExhausted(network)) {
                try fleet.state.freeAddress(of: network, at: now)
            }
        }
        let later = epoch.advanced(bySeconds: 600)
        #expect(try network.contains(fleet.state.freeAddress(of: network, at: later)))
    }
}
