import FleetModel

/// How long tenants have held slots at one place, a host or the fleet.
///
/// This is self-clocked fair queueing with the seconds that a move holds its slot as its cost: a slot goes to the tenant that
/// will have had the least when it gives it back. So who moves quickly passes before who moves slowly, and pays for it. How
/// long a move will take is not known when it starts: what the longest of its tenant's took lately is charged at once, more as
/// soon as it takes longer, and what it really took when it ends. Who comes anew, having waited for nothing, begins with as much
/// as the last had that was given a slot, so that time in which nothing was wanted is no claim; who had more keeps it.
///
/// With one slot, any two tenants that always want one differ by at most the cost of one move, and by what that takes beyond
/// all of its tenant's before; with several, by that of as many moves as one of them has under way at once.
struct SlotTime: Sendable {
    private struct Holding: Sendable {
        var id: RelocationID
        var since: Timestamp
        /// What is charged at least, in seconds.
        var expected: Double

        func seconds(at now: Timestamp) -> Double { max(expected, now.seconds(since: since)) }
    }

    private struct Account: Sendable {
        /// What ended moves took, or what was counted in place of it, in seconds.
        var settled: Double
        var waiting = 0
        var holdings: [Holding] = []

        var isActive: Bool { waiting > 0 || !holdings.isEmpty }

        func used(at now: Timestamp) -> Double { holdings.reduce(settled) { $0 + $1.seconds(at: now) } }
    }

    private var accounts: [TenantName: Account] = [:]
    private var activeCount = 0
    /// What the last had that was given a slot.
    private var floor = 0.0

    /// Whether nobody waits or holds a slot: then nothing of the past counts.
    var isIdle: Bool { activeCount == 0 }

    /// How long a tenant has held slots, in seconds; only the difference of two tenants means something.
    func used(by tenant: TenantName, at now: Timestamp) -> Double { accounts[tenant]?.used(at: now) ?? floor }

    /// A move of a tenant waits for a slot.
    mutating func arrive(_ tenant: TenantName) { change(tenant) { $0.waiting += 1 } }

    /// A move of a tenant that has waited does not any more.
    mutating func leave(_ tenant: TenantName) { change(tenant) { $0.waiting -= 1 } }

    /// A move is given a slot.
    /// - Parameter expected: for how long it will hold it, as far as is known, in seconds.
    mutating func start(_ id: RelocationID, of tenant: TenantName, at now: Timestamp, expected: Double) {
        floor = max(floor, used(by: tenant, at: now))
        change(tenant) { $0.holdings.append(Holding(id: id, since: now, expected: expected)) }
    }

    /// A move gives its slot back.
    mutating func end(_ id: RelocationID, of tenant: TenantName, at now: Timestamp) {
        change(tenant) { account in
            guard let place = account.holdings.firstIndex(where: { $0.id == id }) else { return }
            account.settled += max(0, now.seconds(since: account.holdings.remove(at: place).since))
        }
    }

    private mutating func change(_ tenant: TenantName, _ body: (inout Account) -> Void) {
        var account = accounts.removeValue(forKey: tenant) ?? Account(settled: floor)
        let wasActive = account.isActive
        if !wasActive { account.settled = max(account.settled, floor) }
        body(&account)
        activeCount += (account.isActive ? 1 : 0) - (wasActive ? 1 : 0)
        if account.isActive || account.settled > floor { accounts[tenant] = account }
        if activeCount == 0 { (accounts, floor) = ([:], 0) } else { forget() }
    }

    /// Those who want nothing and have had no more than whoever comes anew are forgotten when they are the greater part, which
    /// costs each change a constant on average.
    private mutating func forget() {
        guard accounts.count > 4 * activeCount + 64 else { return }
        accounts = accounts.filter { $0.value.isActive || $0.value.settled > floor }
    }
}
