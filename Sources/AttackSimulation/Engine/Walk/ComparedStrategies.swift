import FleetModel

// Strategies that are not production's, to compare it with. Each looks at all hosts but the one that the container leaves
// and draws evenly among the best.

extension PlacementMemory {
    /// The hosts on whose tenants the least of the container's remembered time was spent, all of a host's tenants added up.
    ///
    /// NOMAD moves what lowers the information that could have leaked most, and counts leaks by time beside each other. For
    /// one container that is the host whose tenants it was least with.
    func leastExposed(leaving source: Int, _ seconds: Double, in world: World) -> [Int] {
        let remembered = partySeconds(at: seconds)
        var tenants = Array(repeating: Set<TenantName>(), count: world.count)
        for resident in bystanders { tenants[Int(resident.host)].insert(resident.tenant) }
        for attacker in attackers { tenants[Int(attacker.host)].insert(attacker.tenant) }
        let hosts = (0..<world.count).filter { $0 != source }
        let spent = hosts.map { host in tenants[host].sorted().reduce(0) { $0 + (remembered[.tenant($1)] ?? 0) } }
        let least = spent.min() ?? 0
        return zip(hosts, spent).filter { $1 <= least }.map(\.0)
    }

    /// The hosts without an attacker; all if there are none.
    func safe(leaving source: Int, in world: World) -> [Int] {
        let attacked = Set(attackers.map { Int($0.host) })
        let hosts = (0..<world.count).filter { $0 != source }
        let safe = hosts.filter { !attacked.contains($0) }
        return safe.isEmpty ? hosts : safe
    }
}
