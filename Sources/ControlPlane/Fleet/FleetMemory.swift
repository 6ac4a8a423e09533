import FleetCore
import FleetLedger
import FleetModel
import MovingTarget

/// What a control plane knows when it starts: the fleet's state, who was beside whom, and how moves went lately.
struct FleetMemory: Sendable {
    /// How far back the book of exposure goes.
    private static let exposureSeconds = 7.0 * 86400
    /// How many moves say how long a move takes.
    private static let moves = 64

    /// The fleet.
    let state: FleetState
    /// Who was beside whom.
    let exposure: ExposureBook
    /// The pauses of relocations that ended in the last hour.
    let lastHour: [Pause]

    /// Reads what a ledger remembers.
    /// - Throws: `LedgerError`.
    init(of ledger: any Ledger, _ record: FleetRecord, at now: Timestamp, randomness: Randomness) async throws {
        let groups = Dictionary(record.tenants.map { ($0.name, $0.trustGroup) }) { _, last in last }.compactMapValues {
            $0
        }
        // Each takes long where there are very many containers.
        async let exposure = Self.exposure(in: ledger, KnownLimits(record), groups, until: now)
        async let index = FleetIndex(of: record)
        async let placement = FleetState.placement(of: record)
        var state = FleetState(record, index: await index, placement: await placement, randomness: randomness)
        let last = try await ledger.relocations(RelocationQuery(state: .completed, limit: Self.moves)).items
        state.remember(last.reversed())
        lastHour = try await ledger.pauses(endedSince: now.advanced(bySeconds: -3600))
        self.exposure = try await exposure
        self.state = state
    }

    private static func exposure(
        in ledger: any Ledger, _ limits: KnownLimits, _ groups: [TenantName: TrustGroupName], until now: Timestamp
    ) async throws -> ExposureBook {
        let replay = ExposureReplay(memorySeconds: ExposureLog.memorySeconds, groups: groups)
        return try await ledger.residences(since: now.advanced(bySeconds: -exposureSeconds), into: replay) {
            $0.add($1, limits: limits.limits(on: $1))
        }.finish()
    }
}

/// How containers are judged by the policies that hold now.
private struct KnownLimits: Sendable {
    private let standard: ExposureLimits
    private var tenants: [TenantName: ExposureLimits] = [:]
    /// Those with a policy of their own.
    private var containers: [ContainerName: ExposureLimits] = [:]

    init(_ record: FleetRecord) {
        let policies = Dictionary(record.policies.map { ($0.name, ExposureLimits($0)) }) { _, last in last }
        let standard = policies[.default] ?? ExposureLimits(.builtIn)
        func limits(_ name: PolicyName) -> ExposureLimits { policies[name] ?? standard }
        self.standard = standard
        for tenant in record.tenants { tenants[tenant.name] = tenant.policy.map(limits) }
        for container in record.containers where container.policy != nil {
            containers[container.name] = container.policy.map(limits)
        }
    }

    func limits(on stay: Residence) -> ExposureLimits {
        containers[stay.container] ?? tenants[stay.tenant] ?? standard
    }
}
