import FleetModel
import MovingTarget
import RelocateTesting
import Testing

@testable import FleetCore

@Suite("Trust groups")
struct TrustGroupTests {
    private let ring = TrustGroupName(known: "ring")

    @Test(
        "members are named, kept, shown with the tenants, and nobody else is in it; without members there is no group")
    func life() throws {
        var fleet = try SmallFleet()
        let (acme, bravo) = (try TenantName("acme"), try TenantName("bravo"))
        #expect(throws: FleetError.notFound(kind: "trust group", name: "ring")) { try fleet.state.trustGroup(ring) }
        try fleet.change { try $0.set(TrustGroup(name: ring, members: [bravo, acme, acme])) }
        #expect(try fleet.state.trustGroup(ring) == TrustGroup(name: ring, members: [acme, bravo]))
        #expect(try fleet.state.tenant(acme).trustGroup == ring && fleet.state.party(of: acme) == .group(ring))
        try fleet.change { try $0.set(TrustGroup(name: ring, members: [bravo])) }
        #expect(fleet.state.party(of: acme) == .tenant(acme) && fleet.state.members(of: .group(ring)) == [bravo])
        #expect(try fleet.draft { try $0.set(TrustGroup(name: ring, members: [bravo])) }.isEmpty)
        try fleet.change { try $0.remove(ring) }
        #expect(fleet.state.index.groups.isEmpty && fleet.state.index.tenantsByGroup.isEmpty)
        #expect(fleet.state.index == FleetIndex(of: fleet.state))
    }

    @Test("a group takes nobody who is not there, is in another one, or must not be beside a member")
    func refused() throws {
        var fleet = try SmallFleet()
        let (acme, bravo) = (try TenantName("acme"), try TenantName("bravo"))
        func words(_ members: [TenantName]) throws -> String {
            let error = #expect(throws: FleetError.self) {
                try fleet.draft { try $0.set(TrustGroup(name: ring, members: members)) }
            }
            return error.map { "\($0)" } ?? ""
        }
        #expect(try words([]).contains("at least one tenant"))
        #expect(try words([acme, TenantName("nobody")]).contains("there is no tenant 'nobody'"))
        try fleet.change { try $0.set(TrustGroup(name: TrustGroupName(known: "other"), members: [bravo])) }
        #expect(try words([acme, bravo]).contains("is in trust group 'other'"))
        try fleet.change { try $0.remove(TrustGroupName(known: "other")) }
        var tenant = try fleet.state.tenant(bravo)
        tenant.neverBeside = [acme]
        fleet.change { $0.record(.tenant(tenant)) }
        #expect(try words([acme, bravo]).contains("never to be beside each other"))
        #expect(fleet.state.index.groups.isEmpty)
    }

    @Test("where one member must not be beside somebody, none of them may, nor where somebody says so of one")
    func neverBeside() throws {
        for saysIt in ["bravo", "rival"] {
            var fleet = try SmallFleet()
            let (acme, bravo, rival) = (try TenantName("acme"), try TenantName("bravo"), try TenantName("rival"))
            fleet.change { draft in
                draft.record(.tenant(Tenant(name: rival, createdAt: epoch)))
            }
            try fleet.change { try $0.set(TrustGroup(name: ring, members: [acme, bravo])) }
            let (shop, spy) = (try fleet.add("shop"), try fleet.add("spy", of: "rival", on: 2))
            var tenant = try fleet.state.tenant(TenantName(saysIt))
            tenant.neverBeside = [saysIt == "bravo" ? rival : bravo]
            fleet.change { $0.record(.tenant(tenant)) }
            for (name, barred) in [(shop, 2), (spy, 1)] {
                let container = try fleet.container(name)
                let decision = fleet.state.decision(
                    moving: container, from: try #require(container.host), at: fleet.now, exposure: ExposureLog()
                ).decision
                #expect(decision.chosen == fleet.hosts[3])
                #expect(decision.exclusions.contains { $0.host == fleet.hosts[barred] })
            }
        }
    }

    @Test("what placement counts of containers that were there is the group's from then on, and nobody's after it")
    func placement() throws {
        var fleet = try SmallFleet()
        let (acme, bravo) = (try TenantName("acme"), try TenantName("bravo"))
        let shop = try fleet.add("shop")
        try fleet.add("friend", of: "bravo", on: 2) { $0.mobility = .immovable(reason: "a device", log: "") }
        func hosts() throws -> [HostName] {
            fleet.state.decision(
                moving: try fleet.container(shop), from: fleet.hosts[1], at: fleet.now, exposure: ExposureLog()
            ).decision.candidates.map(\.host)
        }
        // Nobody's container comes beside one that cannot be moved, but for a friend's.
        #expect(try hosts() == [fleet.hosts[3]])
        try fleet.change { try $0.set(TrustGroup(name: ring, members: [acme, bravo])) }
        #expect(try hosts() == [fleet.hosts[2], fleet.hosts[3]])
        #expect(fleet.state.victims(beside: try fleet.container(shop), at: fleet.now).isEmpty)
        try fleet.change { try $0.remove(ring) }
        #expect(try hosts() == [fleet.hosts[3]])
    }

    @Test("the book hears of groups, and one who comes back under a name that was in a group is in none")
    func book() throws {
        var fleet = try SmallFleet()
        let log = ExposureLog()
        let (acme, bravo) = (try TenantName("acme"), try TenantName("bravo"))
        func take(_ changes: [FleetChange], at seconds: Double) {
            log.take(
                changes.map {
                    FleetEvent(sequence: 0, at: epoch.advanced(bySeconds: seconds), actor: "test", change: $0)
                }, in: fleet.state)
        }
        let (shop, rival) = (try fleet.add("shop"), try fleet.add("rival", of: "bravo"))
        take(try [shop, rival].map { .container(try fleet.container($0)) }, at: 0)
        let now = epoch.advanced(bySeconds: 50)
        #expect(log.read { $0.exposure(of: shop, at: now)?.currentCount } == 1)
        let draft = try fleet.draft { try $0.set(TrustGroup(name: ring, members: [acme, bravo])) }
        fleet.state = draft.state
        take(draft.changes, at: 20)
        #expect(log.read { $0.exposure(of: shop, at: now)?.currentCount } == 0)
        #expect(log.read { $0.exposure(of: shop, at: now)?.seconds } == 20)
        fleet.change { $0.record(.containerRemoved(rival)) }
        take([.containerRemoved(rival)], at: 30)
        fleet.change { $0.record(.tenantRemoved(bravo)) }
        take([.tenantRemoved(bravo)], at: 31)
        let again = Tenant(name: bravo, createdAt: fleet.now)
        fleet.change { $0.record(.tenant(again)) }
        take([.tenant(again)], at: 32)
        #expect(fleet.state.party(of: bravo) == .tenant(bravo) && log.read { $0.party(of: bravo) } == .tenant(bravo))
    }
}
