import FleetModel
import RelocateTesting
import Testing

@testable import FleetCore

/// What happens to a move when something happens to one of its hosts, at each point of it.
@Suite("At each point of a move")
struct MovePointTests {
    /// The points from a sent step on, up to and without another.
    private static func points(from first: StepKind = .prepare, to last: StepKind? = nil) -> [MovePlay.Point] {
        let begin = MovePlay.course.firstIndex(of: first) ?? 0
        let end = last.flatMap { MovePlay.course.firstIndex(of: $0) } ?? MovePlay.course.count
        return MovePlay.course[begin..<max(begin, end)].flatMap { step in
            [false, true].map { MovePlay.Point(step: step, isAnswered: $0) }
        }
    }

    /// What must be so wherever a move has ended.
    private func expectOrder(in play: MovePlay, _ what: String) throws {
        #expect(play.harm == 0, "\(what): it was reached twice")
        #expect(play.fleet.isCounted, "\(what)")
        #expect(play.fleet.state.relocations.isEmpty, "\(what)")
        let container = try play.container
        let old = IPv4Address(number: 0x0A58_0006)
        switch play.ended {
        case .completed:
            #expect(container.state == .running && container.host == play.destination, "\(what)")
            #expect(container.retainedAddresses.contains(old), "\(what): open connections lose their address")
            #expect(play.led == play.destination, "\(what)")
        case .failed, .rolledBack, .cancelled:
            #expect(container.state == .running && container.host == play.source, "\(what)")
            #expect(container.retainedAddresses == [old], "\(what)")
            #expect(play.led == play.source, "\(what)")
        case .lost:
            #expect(container.state.isLost && container.host == nil && container.addresses.isEmpty, "\(what)")
        default: Issue.record("\(what): \(String(describing: play.ended))")
        }
        let given = play.fleet.state.index.addressUses.filter { $0.value > 1 }
        #expect(given.isEmpty, "\(what): an address has two holders")
    }

    // MARK: An agent goes away

    @Test("the source's agent goes away: before the freeze the move ends, later it goes on; its dump is waited for")
    func sourceAway() throws {
        for point in MovePlay.points {
            var play = try MovePlay(at: point)
            try play.silence(play.source)
            let end = try play.goOn()
            switch point.step {
            case .prepare, .hush, .settle, .steer:
                #expect(end == .failed, "\(point)")
                #expect(!play.sent.contains(.checkpoint), "\(point): nobody stands still for nothing")
                try expectOrder(in: play, "\(point)")
            case .checkpoint where !point.isAnswered:
                #expect(end == nil, "\(point)")
                #expect(play.fleet.state.standing.contains("stepPending relocation-1"), "\(point)")
                #expect(play.led == play.source, "\(point): clients wait where it may still run")
                try play.comeBack(play.source)
                #expect(try play.goOn() == .rolledBack, "\(point)")
                try expectOrder(in: play, "\(point)")
            default:
                #expect(end == .completed, "\(point)")
                let isRetired = point.step == .retire && point.isAnswered
                #expect(play.fleet.state.standing.contains("leftover relocation-1") == !isRetired, "\(point)")
                try expectOrder(in: play, "\(point)")
            }
        }
    }

    @Test(
        "the destination's agent goes away: what it held is taken back, what it may run is asked for until it answers")
    func destinationAway() throws {
        for point in MovePlay.points {
            var play = try MovePlay(at: point)
            try play.silence(play.destination)
            let end = try play.goOn()
            switch point.step {
            case .prepare, .hush, .settle, .steer: #expect(end == .failed, "\(point)")
            case .checkpoint: #expect(end == .rolledBack, "\(point)")
            case .restore where !point.isAnswered: #expect(end == .rolledBack, "\(point)")
            case .restore, .release, .announce,
                .seal where !point.isAnswered:
                #expect(end == nil, "\(point)")
                #expect(!play.sent.contains(.revive), "\(point): it may be running")
                #expect(play.fleet.state.standing.contains("stepPending relocation-1"), "\(point)")
                try play.comeBack(play.destination)
                // What was held and not released is gone with the agent.
                let isHeld = point.step == .restore || (point.step == .release && !point.isAnswered)
                #expect(try play.goOn() == (isHeld ? .rolledBack : .completed), "\(point)")
                #expect(!play.fleet.state.standing.contains("stepPending relocation-1"), "\(point)")
            default: #expect(end == .completed, "\(point)")
            }
            try expectOrder(in: play, "\(point)")
        }
    }

    @Test(
        "the gateway's agent goes away: nobody's packets are led astray, and where they lead is put right when it is back"
    )
    func gatewayAway() throws {
        for point in MovePlay.points {
            var play = try MovePlay(at: point)
            try play.silence(play.gateway)
            let end = try play.goOn()
            switch point.step {
            case .prepare: #expect(end == .failed, "\(point)")
            case .announce where point.isAnswered, .seal, .retire: #expect(end == .completed, "\(point)")
            default:
                #expect(end == nil, "\(point)")
                try play.comeBack(play.gateway)
                let isUndone = [.hush, .settle, .steer].contains(point.step)
                #expect(try play.goOn() == (isUndone ? .failed : .completed), "\(point)")
            }
            try expectOrder(in: play, "\(point)")
        }
    }

    @Test("all agents go away at once and come back: the move ends, and one copy runs")
    func allAway() throws {
        for point in MovePlay.points {
            var play = try MovePlay(at: point)
            for host in [play.source, play.destination, play.gateway] { try play.silence(host) }
            _ = try play.goOn()
            for host in [play.gateway, play.source, play.destination] { try play.comeBack(host) }
            #expect(try play.goOn() != nil, "\(point)")
            #expect(play.runs == [try play.container.host].compactMap(\.self), "\(point)")
            try expectOrder(in: play, "\(point)")
        }
    }

    // MARK: A host is lost

    @Test(
        "the source is lost: with it goes what is not known to be dumped, and the rest goes on",
        arguments: [true, false])
    func sourceLost(isBurnt: Bool) throws {
        for point in MovePlay.points {
            var play = try MovePlay(at: point)
            try play.lose(play.source, isBurnt: isBurnt)
            let isEarly = MovePlay.course.firstIndex(of: point.step) ?? 0 < 4 || point.description == "checkpoint sent"
            #expect(try play.goOn() == (isEarly ? .lost : .completed), "\(point)")
            if isEarly { #expect(try play.container.state == .lost(play.source), "\(point)") }
            #expect(!play.sent.contains(.revive), "\(point)")
            #expect(play.runs.filter { $0 != play.source } == (isEarly ? [] : [play.destination]), "\(point)")
            try expectOrder(in: play, "\(point)")
        }
    }

    @Test(
        "the destination is lost: what it cannot have run goes back to its source, the rest is lost with it",
        arguments: [true, false])
    func destinationLost(isBurnt: Bool) throws {
        for point in MovePlay.points {
            var play = try MovePlay(at: point)
            try play.lose(play.destination, isBurnt: isBurnt)
            let end = try play.goOn()
            switch point.step {
            case .prepare, .hush, .settle, .steer: #expect(end == .failed, "\(point)")
            case .checkpoint, .restore: #expect(end == .rolledBack, "\(point)")
            default:
                #expect(end == .lost, "\(point)")
                #expect(try play.container.state == .lost(play.destination), "\(point)")
                #expect(!play.sent.contains(.revive), "\(point): it may have run there")
            }
            if end != .lost {
                #expect(play.runs.filter { $0 != play.destination } == [play.source], "\(point)")
                // It is reached by all its addresses again.
                #expect(play.fleet.state.fencedAddresses.isDisjoint(with: try play.container.addresses), "\(point)")
            }
            try expectOrder(in: play, "\(point)")
        }
    }

    @Test("both are lost: the container is, whatever the point, and nobody is asked for anything more")
    func bothLost() throws {
        for point in MovePlay.points {
            var play = try MovePlay(at: point)
            let before = play.sent.count
            try play.lose(play.source, isBurnt: true)
            try play.lose(play.destination, isBurnt: true)
            #expect(try play.goOn() == .lost, "\(point)")
            #expect(play.sent.count == before, "\(point)")
            try expectOrder(in: play, "\(point)")
        }
    }

    @Test("what is lost in a move can be started anew elsewhere at once, under addresses that nobody has cut off")
    func startedAnew() throws {
        for point in MovePlay.points {
            for isSource in [true, false] {
                var play = try MovePlay(at: point)
                try play.lose(isSource ? play.source : play.destination, isBurnt: false)
                guard try play.goOn() == .lost else { continue }
                // The loss of the move may have had more cut off.
                let (fence, hosts) = (play.fleet.state.fencedAddresses, play.fleet.state.hostsToFence)
                for host in hosts { try play.fleet.change { _ = try $0.fenceStands(around: host, fence) } }
                let (name, network) = (play.name, play.fleet.network)
                let started = try play.fleet.change { try $0.startAnew(name, in: network) }
                let address = try #require(started.address)
                #expect(!play.fleet.state.fencedAddresses.contains(address), "\(point)")
                #expect(started.host != (isSource ? play.source : play.destination), "\(point)")
                #expect(play.fleet.isCounted, "\(point)")
            }
        }
    }

    // MARK: Forgotten, back, refused

    @Test("none of the three hosts is forgotten while the move is open, and nothing changes by the attempt")
    func forgotten() throws {
        for point in MovePlay.points {
            let play = try MovePlay(at: point)
            for host in [play.source, play.destination, play.gateway] {
                var silent = play
                try silent.silence(host)
                let before = silent.fleet.state
                #expect(throws: FleetError.self, "\(point)") { try silent.fleet.change { try $0.forget(host) } }
                #expect(silent.fleet.state.hosts[host] == before.hosts[host])
                #expect(silent.fleet.state.relocations == before.relocations)
            }
        }
    }

    @Test("an agent that is back in the middle of a move keeps what the move is about; after its end only one has it")
    func back() throws {
        for point in MovePlay.points {
            for isSource in [true, false] {
                var play = try MovePlay(at: point)
                let host = isSource ? play.source : play.destination
                try play.silence(host)
                #expect(try play.comeBack(host) == [], "\(point)")
                let end = try play.goOn()
                #expect(end != nil, "\(point)")
                try expectOrder(in: play, "\(point)")
                for other in [play.source, play.destination] {
                    try play.silence(other)
                    try play.comeBack(other)
                }
                #expect(play.runs == [try play.container.host].compactMap(\.self), "\(point)")
                #expect(play.copies.filter { $0.value != .running }.isEmpty, "\(point): \(play.copies)")
            }
        }
    }

    @Test("a ledger that refuses leaves everything as it was; what is decided again is the same, under the same ids")
    func refused() throws {
        for point in MovePlay.points {
            let play = try MovePlay(at: point)
            let move = try #require(play.relocation)
            let orders = try RelocationOrders(move, in: play.fleet.state, leaseSeconds: 30)
            let commands = try move.steps.map { try orders.command(for: $0) }
            // Decided, and never written down.
            let draft = try play.fleet.draft { draft in
                var lost = move
                lost.end(.failed, failure: nil, at: draft.now)
                draft.record(.relocation(lost))
                try draft.settle(lost)
            }
            #expect(draft.state.relocations.isEmpty && !draft.changes.isEmpty)
            #expect(play.relocation == move)
            #expect(play.fleet.isCounted)
            let again = try RelocationOrders(move, in: play.fleet.state, leaseSeconds: 30)
            #expect(try move.steps.map { try again.command(for: $0) } == commands, "\(point)")
            #expect(Set(commands.map(\.id)).count == commands.count, "\(point): two steps under one id")
        }
    }

    @Test("a control plane that is ended at any point goes on from the record and completes")
    func restarted() throws {
        for point in MovePlay.points {
            var play = try MovePlay(at: point)
            play.restart()
            #expect(try play.goOn() == .completed, "\(point)")
            #expect(play.runs == [play.destination], "\(point)")
            try expectOrder(in: play, "\(point)")
        }
    }

    @Test("ended between steer and release, it asks the agents until they answer, and revives nobody before")
    func restartedInTheWindow() throws {
        for point in Self.points(from: .steer, to: .release) {
            for isSource in [true, false] {
                var play = try MovePlay(at: point)
                play.restart()
                try play.silence(isSource ? play.source : play.destination)
                _ = try play.goOn()
                #expect(!play.sent.contains(.revive) || play.runs.isEmpty || play.runs == [play.source], "\(point)")
                try play.comeBack(isSource ? play.source : play.destination)
                #expect(try play.goOn() != nil, "\(point)")
                #expect(play.runs.count == 1, "\(point): \(play.runs)")
                try expectOrder(in: play, "\(point)")
            }
        }
    }
}

@Suite("A credential that is shown twice, and other secrets")
struct AdmissionLawTests {
    @Test(
        "whatever the state: who shows nothing that counts is told nothing, who is lost stays out, nobody is pushed aside"
    )
    func laws() throws {
        for secret in [Admission.Secret.credential, .joinToken, .other] {
            for state in [nil] + HostState.allCases.map(Optional.some) {
                for hasCredential in [true, false] {
                    for isConnected in [true, false] {
                        var host = try state.map { _ in try RandomFleet.host(1) }
                        if let state { host?.state = state }
                        let admission = Admission(
                            secret, as: host, hasCredential: hasCredential, isConnected: isConnected)
                        let what = "\(secret) \(String(describing: state)) \(hasCredential) \(isConnected)"
                        switch secret {
                        case .other: #expect(admission == .unknownSecret, "\(what)")
                        case _ where state == .lost: #expect(admission == .lost, "\(what)")
                        case .credential: #expect(admission == .asBefore, "\(what)")
                        case .joinToken:
                            #expect((admission == .placeTaken) == (hasCredential && isConnected), "\(what)")
                        }
                    }
                }
            }
        }
    }

    @Test(
        "a second agent with the same credential takes the place of the first; the host stays one, and its containers too"
    )
    func twice() throws {
        var fleet = try SmallFleet()
        let name = try fleet.add("shop")
        let host = try fleet.state.host(fleet.hosts[1])
        let enrolment = Enrolment(
            host: host.name, role: .worker, address: host.address, facts: host.facts, capacity: host.capacity,
            containers: [name])
        for _ in 0..<2 {
            try fleet.change { try $0.enrol(enrolment) }
            #expect(fleet.state.foreign(among: [name], on: host.name) == [])
        }
        #expect(fleet.state.hosts.count == 4 && fleet.isCounted)
        #expect(try fleet.container(name).state == .running)
    }

    @Test(
        "what contradicts the fleet is refused in words, and nothing changes",
        arguments: [
            ("host9", HostRole.worker, "10.0.0.2", "address 10.0.0.2 belongs to host 'host1'"),
            ("host9", .gateway, "10.0.0.99", "the fleet has a gateway already: 'host0'"),
            ("host1", .gateway, "10.0.0.2", "the fleet has a gateway already: 'host0'"),
        ])
    func contradictions(name: String, role: HostRole, address: String, words: String) throws {
        var fleet = try SmallFleet()
        let known = try fleet.state.host(fleet.hosts[1])
        let enrolment = Enrolment(
            host: try HostName(name), role: role, address: try IPv4Address(address), facts: known.facts,
            capacity: known.capacity)
        #expect(throws: FleetError.conflict(words)) { try fleet.change { try $0.enrol(enrolment) } }
        #expect(fleet.state.hosts.count == 4)
    }

    @Test("a host that carries containers does not become the gateway, and one that is lost is not let in")
    func carrying() throws {
        var fleet = try SmallFleet()
        try fleet.add("shop")
        let gateway = fleet.hosts[0]
        fleet.change { $0.record(.hostForgotten(gateway)) }
        let host = try fleet.state.host(fleet.hosts[1])
        let enrolment = Enrolment(
            host: host.name, role: .gateway, address: host.address, facts: host.facts, capacity: host.capacity)
        #expect(throws: FleetError.conflict("host 'host1' carries containers and cannot become a gateway")) {
            try fleet.change { try $0.enrol(enrolment) }
        }
        try fleet.set(1) { $0.state = .lost }
        #expect(throws: FleetError.hostLost(host.name)) { try fleet.change { try $0.enrol(enrolment) } }
    }

    @Test("a host that is back is as it was before it fell silent, with its address and facts brought up to date")
    func back() throws {
        for before in [HostState.ready, .cordoned, .draining] {
            var fleet = try SmallFleet()
            try fleet.set(1) { host in
                host.stateWhenReachable = before
                host.state = .unreachable
            }
            fleet.change { $0.raise(.unreachable, about: "host1", "it is not heard") }
            var enrolment = try fleet.state.host(fleet.hosts[1])
            enrolment.facts.kernel = "6.19.0"
            fleet.now = epoch.advanced(bySeconds: 60)
            try fleet.change { [enrolment] draft in
                try draft.enrol(
                    Enrolment(
                        host: enrolment.name, role: .worker, address: try IPv4Address("10.0.0.77"),
                        facts: enrolment.facts, capacity: enrolment.capacity))
            }
            let host = try fleet.state.host(fleet.hosts[1])
            #expect(host.state == before && host.stateWhenReachable == nil)
            #expect(host.lastSeenAt == fleet.now && host.facts.kernel == "6.19.0")
            #expect(fleet.state.alarms.isEmpty)
            #expect(fleet.state.index.hostsByAddress[try IPv4Address("10.0.0.77")] == host.name && fleet.isCounted)
        }
    }
}
