import Crypto
import FleetLedger
import FleetModel
import Ledger

/// Writes a fleet that nobody has moved yet into a new ledger.
struct LedgerFilling {
    /// How many changes one transaction holds.
    private static let batch = 5000

    let plan: FleetPlan
    let ledger: SQLiteLedger
    let now: Timestamp

    /// - Throws: `LedgerError`.
    init(_ plan: FleetPlan, state: String, migrations: String) throws {
        self.plan = plan
        now = .now
        ledger = try SQLiteLedger(path: state + "/ledger.sqlite", migrations: migrations, at: now)
    }

    func run() throws {
        try commit([.policy(policy)])
        try inBatches(plan.tenants) { .tenant(Tenant(name: try plan.tenant($0), createdAt: now)) }
        try inBatches(plan.hosts + 1) { .host(try host($0)) }
        try inBatches(plan.containers) { .container(try container($0)) }
        try ledger.close()
    }

    private func inBatches(_ count: Int, _ change: (Int) throws -> FleetChange) throws {
        for start in stride(from: 0, to: count, by: Self.batch) {
            let changes = try (start..<min(count, start + Self.batch)).map(change)
            let notes = changes.compactMap { change -> FleetNote? in
                guard case .host(let host) = change else { return nil }
                let digest = SHA256.hash(data: Array(plan.credential(of: host.name).utf8))
                return SecretHash(bytes: Array(digest)).map { FleetNote.credential(host.name, $0) }
            }
            try commit(changes, notes)
        }
    }

    private func commit(_ changes: [FleetChange], _ notes: [FleetNote] = []) throws {
        let entry = LedgerEntry(changes, notes: notes, actor: "bench", at: now)
        _ = try ledger.commit([entry], waitingUntil: .now + .seconds(60))
    }

    /// The clock moves nothing while something is measured, and no limit holds a move back.
    private var policy: PolicyRecord {
        var policy = Policy.deadline(seconds: 60 * 86_400, threshold: 0.13)
        policy.limits = RelocationLimits(
            concurrentInFleet: 1000, concurrentPerHost: 100, concurrentPerTenant: 100)
        return PolicyRecord(name: .default, version: 1, changedAt: now, changedBy: "bench", policy: policy)
    }

    private func host(_ number: Int) throws -> Host {
        let enrolment = try plan.enrolment(of: number)
        return Host(
            name: enrolment.host, role: enrolment.role, state: .ready, address: enrolment.address,
            facts: enrolment.facts, capacity: enrolment.capacity, enrolledAt: now, lastSeenAt: now)
    }

    private func container(_ number: Int) throws -> Container {
        // No two at the same moment: the ledger asks who came when.
        let arrival = now.advanced(bySeconds: -Double(number) / 1000)
        return Container(
            spec: ContainerSpec(
                name: try plan.container(number), tenant: try plan.tenant(plan.tenant(of: number)), image: "redis:7",
                digest: try ImageDigest("sha256:" + String(repeating: "ab", count: 32)),
                command: ["/usr/bin/redis-server"], environment: ["MODE": "simulated"],
                ports: [PortMapping(port: 6379, containerPort: 6379)],
                limits: ResourceLimits(memoryBytes: 64 << 20), runtime: .runc),
            state: .running, host: try plan.host(plan.host(of: number)),
            virtualAddress: plan.virtualAddress(of: number), address: plan.address(of: number), mobility: .movable,
            createdAt: arrival, arrivedAt: arrival,
            deadlineAt: now.advanced(bySeconds: 60 * 86_400 + Double(number % 100_000) / 100))
    }
}
