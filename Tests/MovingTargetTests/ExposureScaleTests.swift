import FleetModel
import MovingTarget
import RelocateTesting
import Testing

/// A fleet that is as large as any that the book is made for.
@Suite("The exposure book of a large fleet")
struct ExposureScaleTests {
    /// Tenants come in racks: each keeps to the hosts of one rack, whose tenants all meet.
    private static let (racks, hostsOfRack, tenantsOfRack, containersOfTenant) = (50, 100, 20, 100)
    // Without optimisation a tenth, so that the test does not hold up the others.
    #if DEBUG
        private static let moves = 100_000
    #else
        private static let moves = 1_000_000
    #endif

    @Test("it keeps up with 100,000 containers that move all the time, and a sample agrees with all stays intersected")
    func keepsUp() throws {
        let tenants = try (0..<Self.racks * Self.tenantsOfRack).map { try TenantName("t\($0)") }
        let containers = try (0..<tenants.count * Self.containersOfTenant).map { try ContainerName("c\($0)") }
        let hosts = try (0..<Self.racks * Self.hostsOfRack).map { try HostName("h\($0)") }
        var generator = SeededGenerator(seed: 1)
        var book = ExposureBook(memorySeconds: 3600)
        var visits = [[(host: Int32, arrivedAt: Int64)]](repeating: [], count: containers.count)
        var now = ExposureHistory.start.milliseconds

        func move(_ container: Int) {
            let tenant = container / Self.containersOfTenant
            let rack = tenant / Self.tenantsOfRack
            let host = rack * Self.hostsOfRack + Int.random(in: 0..<Self.hostsOfRack, using: &generator)
            now += 1
            let residence = Residence(
                container: containers[container], tenant: tenants[tenant], host: hosts[host],
                arrivedAt: Timestamp(milliseconds: now))
            book.arrive(residence, attackSeconds: 60)
            visits[container].append((Int32(host), now))
        }
        for container in containers.indices { move(container) }
        for number in 0..<Self.moves {
            move(Int.random(in: containers.indices, using: &generator))
            // As a timer would be set after each move.
            if number % 1000 == 0 { _ = book.nextOverdue(after: Timestamp(milliseconds: now)) }
        }

        // Only the sample's rack is worked out: nobody else was ever beside it.
        let rack = 7
        let members =
            rack * Self.tenantsOfRack * Self.containersOfTenant..<(rack + 1) * Self.tenantsOfRack
            * Self.containersOfTenant
        var oracle = ExposureOracle()
        for arrival in members.flatMap({ member in visits[member].map { (member, $0.host, $0.arrivedAt) } })
            .sorted(by: { $0.2 < $1.2 })
        {
            let (member, host, arrivedAt) = arrival
            oracle.arrive(
                Residence(
                    container: containers[member], tenant: tenants[member / Self.containersOfTenant],
                    host: hosts[Int(host)], arrivedAt: Timestamp(milliseconds: arrivedAt)), attackMilliseconds: 60000)
        }
        oracle.look()
        let end = Timestamp(milliseconds: now + 500)
        for member in (0..<40).map({ _ in Int.random(in: members, using: &generator) }) {
            let exposure = book.exposure(of: containers[member], at: end)
            #expect(
                exposure?.agrees(
                    with: oracle.exposure(of: containers[member], at: end) { ExposureLimits(attackSeconds: $0) })
                    == true)
            #expect(book.visits(of: containers[member]) == oracle.visits(of: containers[member]))
        }
        let first = rack * Self.tenantsOfRack
        for (victim, stranger) in (1..<10).map({ (Party.tenant(tenants[first]), Party.tenant(tenants[first + $0])) }) {
            let exposure = book.exposure(of: victim, to: stranger, at: end)
            #expect(exposure == oracle.exposure(of: victim, to: stranger, at: end))
            #expect((exposure?.endedCount ?? 0) > Self.moves / 2000)
            let remembered = book.partySeconds(of: victim, at: end)[stranger] ?? 0
            let expected = oracle.partySeconds(of: victim, to: stranger, at: end, memory: 3600)
            #expect(abs(remembered - expected) < 1e-6 * expected)
        }
        let beside = Set(containers[members])
        #expect(book.overdue(at: end).filter { beside.contains($0.container) } == oracle.overdue(at: end))
    }
}
