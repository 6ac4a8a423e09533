import FleetModel
import RelocateTesting
import Testing

@testable import FleetCore

@Suite("What the fleet's state knows without looking at all of it")
struct FleetIndexTests {
    @Test("whatever happens in whatever order, a recount gives the same", arguments: 1...4 as ClosedRange<UInt64>)
    func recount(seed: UInt64) throws {
        var fleet = try RandomFleet(seed: seed)
        for number in 1...5000 {
            try fleet.step()
            guard number.isMultiple(of: 50) else { continue }
            #expect(fleet.state.index == FleetIndex(of: fleet.state), "after \(number) changes")
            let dues = fleet.state.containers.keys.compactMap { name in
                fleet.state.due(of: name).map { Due(at: $0, container: name) }
            }
            #expect(Array(fleet.state.dues) == dues.sorted(), "after \(number) changes")
        }
    }

    @Test("what is asked of it is what a look at everything finds", arguments: 1...4 as ClosedRange<UInt64>)
    func answers(seed: UInt64) throws {
        var fleet = try RandomFleet(seed: seed)
        for number in 1...2000 {
            try fleet.step()
            guard number.isMultiple(of: 100) else { continue }
            let state = fleet.state
            for host in state.hosts.keys {
                let there = state.containers.values.filter { $0.host == host }.sorted { $0.name < $1.name }
                #expect(state.containers(on: host) == there)
                #expect(state.containerCount(on: host) == there.count)
                let open = state.relocations.values.filter { $0.source == host || $0.destination == host }
                #expect(state.openRelocations(at: host).map(\.id) == open.map(\.id).sorted())
            }
            for container in state.containers.values {
                let open = state.relocations.values.first { $0.container == container.name }
                #expect(state.openRelocation(of: container.name) == open)
            }
            #expect(state.startLimits == state.limits())
            for policy in [PolicyName.default] + state.policies.keys {
                let held = state.containers.values.filter { state.policyName(of: $0) == policy }.map(\.name).sorted()
                #expect(state.containerNames(under: policy).sorted() == held)
                #expect(state.containerCount(under: policy) == held.count)
            }
            #expect(state.stuckContainers.allSatisfy { $0.state == .running && $0.mobility.isImmovable })
            for tenant in state.tenants.keys {
                let party = state.party(of: tenant)
                let own = state.tenants.values.filter { $0.party == party }
                #expect(state.members(of: party) == own.map(\.name).sorted())
                let names = own.map(\.name)
                let others = state.tenants.values.filter { !Set($0.neverBeside).isDisjoint(with: names) }.map(\.name)
                let apart = (others + own.flatMap(\.neverBeside)).map { state.party(of: $0) }
                #expect(state.neverBeside(tenant) == Set(apart))
            }
            for kind in AlarmKind.allCases {
                #expect(state.alarms(of: kind).count == state.alarms.values.count { $0.kind == kind })
            }
            #expect(state.workers.map(\.name) == state.hosts.values.filter { $0.role == .worker }.map(\.name).sorted())
        }
    }

    @Test("no address is drawn that somebody has, or that rests")
    func addresses() throws {
        var fleet = try RandomFleet(seed: 7)
        for _ in 0..<2000 { try fleet.step() }
        var state = fleet.state
        // Of 62 addresses sixty may be in use.
        let network = try IPv4Network("10.88.0.0/26")
        var used = Set(state.containers.values.flatMap { [$0.address].compactMap(\.self) + $0.retainedAddresses })
        used.formUnion(state.relocations.values.compactMap(\.newAddress))
        used.formUnion(state.hosts.values.flatMap { $0.loss?.fenced ?? [] })
        let resting = try #require((1...62).compactMap(network.address(at:)).first { !used.contains($0) })
        state.quarantine.add(resting, until: epoch.advanced(bySeconds: 600))
        for _ in 0..<200 {
            let drawn = try state.freeAddress(of: network, at: epoch)
            #expect(!used.contains(drawn) && drawn != resting)
        }
    }
}
