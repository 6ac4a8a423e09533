import FleetModel
import RelocateTesting

@testable import MovingTarget

/// A book and its oracle, told the same random history.
struct ExposureHistory {
    static let start = Timestamp(milliseconds: 1_800_000_000_000)

    private(set) var book: ExposureBook
    private(set) var oracle: ExposureOracle
    private(set) var now = start
    private var generator: SeededGenerator
    private let hosts: [HostName]
    private let members: [(container: ContainerName, tenant: TenantName)]
    /// Who is in which group; in every second history somebody is.
    let groups: [TenantName: TrustGroupName]
    private let smallestStep: Int64
    private var ended: [ContainerName: Residence] = [:]

    /// - Parameters:
    ///   - smallestStep: 0 lets several things happen at one instant.
    ///   - tenantCount: of how many tenants; `nil` for some.
    ///   - rowLimit: how many others the book remembers for each tenant; `nil` for as many as there are.
    init(
        seed: UInt64, memorySeconds: Double = 30, smallestStep: Int64 = 0, tenantCount: Int? = nil, rowLimit: Int? = nil
    ) throws {
        var generator = SeededGenerator(seed: seed)
        let hostCount = Int.random(in: 1...5, using: &generator)
        let tenantCount = tenantCount ?? Int.random(in: 1...5, using: &generator)
        hosts = try (0..<hostCount).map { try HostName("h\($0)") }
        members = try (0..<Int.random(in: 2...10, using: &generator)).map { number in
            let tenant = Int.random(in: 0..<tenantCount, using: &generator)
            return (try ContainerName("c\(number)"), try TenantName("t\(tenant)"))
        }
        var groups: [TenantName: TrustGroupName] = [:]
        if seed.isMultiple(of: 2) {
            for tenant in 0..<tenantCount where Bool.random(using: &generator) {
                groups[try TenantName("t\(tenant)")] = try TrustGroupName(
                    "t\(Int.random(in: 0..<2, using: &generator))")
            }
        }
        self.groups = groups
        oracle = ExposureOracle(groups: groups)
        self.smallestStep = smallestStep
        self.generator = generator
        book =
            rowLimit.map { ExposureBook(memorySeconds: memorySeconds, groups: groups, pairLimit: 0, rowLimit: $0) }
            ?? ExposureBook(memorySeconds: memorySeconds, groups: groups)
    }

    var containers: [ContainerName] { members.map(\.container) }
    var parties: [Party] { Set(members.map { book.party(of: $0.tenant) }).sorted() }

    /// How containers are judged: sums by one window, so that what they add up to does not depend on when A changed.
    static func limits(_ attackSeconds: Double) -> ExposureLimits {
        var limits = ExposureLimits(attackSeconds: attackSeconds)
        (limits.windowSeconds, limits.groupSeconds, limits.strangersSeconds) = (25, 6, 10)
        return limits
    }

    /// What the oracle says of a container.
    func expected(_ container: ContainerName) -> ContainerExposure? {
        oracle.exposure(of: container, at: now, limits: Self.limits)
    }

    /// Has the book find out which sums are above their limits.
    mutating func updateSums() { book.updateSums(at: now) }

    /// A tenant is in another group from now on; the oracle does not know it.
    mutating func setGroup(_ group: TrustGroupName?, of tenant: TenantName) {
        book.setGroup(group, of: tenant, at: now)
    }

    mutating func pass(milliseconds: Int64) { now = Timestamp(milliseconds: now.milliseconds + milliseconds) }

    /// When the next co-residence becomes overdue, by the book.
    mutating func nextOverdue() -> Timestamp? { book.nextOverdue(after: now) }

    /// Has the oracle work out what it is going to be asked for.
    mutating func look() { oracle.look() }

    /// Something happens, after no or some time.
    mutating func act(attacks: [Int64] = [500, 2000, 2001, 30000]) throws {
        let isQuick = smallestStep == 0 && Int.random(in: 0..<4, using: &generator) == 0
        pass(milliseconds: isQuick ? 0 : Int64.random(in: smallestStep...2000, using: &generator))
        guard let member = members.randomElement(using: &generator),
            let host = hosts.randomElement(using: &generator),
            let attack = attacks.randomElement(using: &generator)
        else { return }
        let seconds = Double(attack) / 1000
        let present = oracle.stays.last { $0.container == member.container && $0.to == nil }
        switch Int.random(in: 0..<12, using: &generator) {
        case 0, 1:
            leave(member.container)
        case 2:
            book.setLimits(Self.limits(seconds), for: member.container, at: now)
            if present != nil || ended[member.container] != nil { oracle.setAttack(attack, for: member.container) }
        case 3:
            // What is known already, told again.
            guard let present else { return try again(member.container, attack) }
            let known = Residence(
                container: member.container, tenant: member.tenant, host: present.host, arrivedAt: present.from.time)
            book.arrive(known, limits: Self.limits(seconds))
            oracle.setAttack(attack, for: member.container)
        default:
            let residence = Residence(
                container: member.container, tenant: member.tenant, host: host, arrivedAt: now)
            // A stay of no time at all that is followed by itself is one stay.
            if let last = book.visits(of: member.container).last, last.host == host, last.arrivedAt == now { return }
            if let present { remember(present) }
            book.arrive(residence, limits: Self.limits(seconds))
            oracle.arrive(residence, attackMilliseconds: attack)
        }
    }

    private mutating func leave(_ container: ContainerName) {
        if let present = oracle.stays.last(where: { $0.container == container && $0.to == nil }) { remember(present) }
        book.leave(container, at: now)
        oracle.leave(container, at: now)
    }

    private mutating func again(_ container: ContainerName, _ attack: Int64) throws {
        guard let known = ended[container] else { return }
        book.arrive(known, limits: Self.limits(Double(attack) / 1000))
        oracle.setAttack(attack, for: container)
    }

    private mutating func remember(_ stay: ExposureOracle.Stay) {
        ended[stay.container] = Residence(
            container: stay.container, tenant: stay.tenant, host: stay.host, arrivedAt: stay.from.time, leftAt: now)
    }
}
