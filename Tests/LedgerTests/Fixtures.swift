import FleetLedger
import FleetModel
import FoundationEssentials
import Glibc
import Testing

@testable import Ledger

/// A directory of its own for a test, removed when the test is over. It is in memory where that is possible, because
/// every commit waits for the disk.
func withDirectory<Value>(_ body: (String) async throws -> Value) async throws -> Value {
    let base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : FileManager.default.temporaryDirectory.path
    let path = base + "/ledger-test-\(UInt64.random(in: .min ... .max))"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try await body(path)
}

/// A fresh ledger, closed and removed when the test is over.
func withLedger<Value>(_ body: (SQLiteLedger) async throws -> Value) async throws -> Value {
    try await withDirectory { directory in
        let ledger = try SQLiteLedger(path: directory + "/ledger.sqlite", migrations: migrations, at: epoch)
        let value = try await body(ledger)
        try ledger.close()
        return value
    }
}

extension CommitLog {
    /// Writes down what one act has changed.
    @discardableResult
    func commit(
        _ changes: [FleetChange], notes: [FleetNote] = [], actor: String, at time: Timestamp
    ) throws -> [FleetEvent] {
        let entry = LedgerEntry(changes, notes: notes, actor: actor, at: time)
        return try commit([entry], waitingUntil: .now + .seconds(CommitPatience.seconds)).flatMap(\.self)
    }
}

/// The project's own migrations.
let migrations: String = {
    var components = #filePath.split(separator: "/").dropLast(3)
    components.append("Migrations")
    return "/" + components.joined(separator: "/")
}()

/// The time at which the tests' fleets begin.
let epoch = Timestamp(milliseconds: 1_800_000_000_000)

/// Values of the vocabulary with only what a test cares about.
enum Some {
    static func host(_ name: String, state: HostState = .ready) throws -> Host {
        Host(
            name: try HostName(name), role: .worker, state: state, address: try IPv4Address("10.0.0.1"),
            facts: HostFacts(
                kernel: "6.18.0", distribution: "Debian 12", architecture: "x86_64", cpuModel: "a \"model\" / é",
                cpuCount: 2, memoryBytes: 1 << 33, cgroupVersion: 2, criuVersion: "4.2.1", runcVersion: nil,
                addresses: [], runtimes: [.runc], problems: [], agentVersion: "1"),
            capacity: HostCapacity(containers: 10, memoryBytes: 1 << 32), labels: ["rack": "1"], enrolledAt: epoch,
            lastSeenAt: epoch)
    }

    static func tenant(_ name: String) throws -> Tenant { Tenant(name: try TenantName(name), createdAt: epoch) }

    static func container(
        _ name: String, tenant: String, host: String?, state: ContainerState = .running, arrivedAt: Timestamp? = nil
    ) throws -> Container {
        Container(
            spec: ContainerSpec(
                name: try ContainerName(name), tenant: try TenantName(tenant), image: "redis",
                digest: try ImageDigest("sha256:" + String(repeating: "ab", count: 32)), runtime: .simulated),
            state: state, host: try host.map { try HostName($0) }, address: try IPv4Address("10.88.0.7"),
            mobility: .immovable(reason: "a device", log: "Error (criu/files.c:1)"), createdAt: epoch,
            arrivedAt: arrivedAt)
    }

    static func relocation(
        _ id: Int64, container: String = "web", tenant: String = "shop", source: String = "a",
        destination: String? = "b", trigger: Trigger = .clock, at time: Timestamp = epoch
    ) throws -> Relocation {
        Relocation(
            id: RelocationID(id), container: try ContainerName(container), tenant: try TenantName(tenant),
            source: try HostName(source), destination: try destination.map { try HostName($0) }, trigger: trigger,
            actor: "clock", reason: nil, oldAddress: try IPv4Address("10.88.0.7"), createdAt: time)
    }

    static func policy(_ name: String, _ version: Int, seconds: Double = 60) throws -> PolicyRecord {
        PolicyRecord(
            name: try PolicyName(name), version: version, changedAt: epoch, changedBy: "ann",
            policy: Policy(clock: .periodic(seconds: seconds, jitter: 0.3), dwell: DwellBounds(minSeconds: 2)))
    }

    static func step(_ kind: StepKind, _ host: String, _ state: StepState = .succeeded) throws -> Step {
        var step = Step(kind: kind, host: try HostName(host), attempt: 1, startedAt: epoch)
        step.state = state
        step.timings = [.frozen: 12.75]
        if state == .failed { step.failure = StepFailure(code: .dumpRefused, message: "no", toolMessage: "Error") }
        return step
    }
}

extension SecretHash {
    /// Bytes that stand for the digest of a secret: the ledger keeps them and asks nothing of them.
    init(of secret: String) {
        let bytes = Array(secret.utf8.prefix(Self.byteCount))
        self.init(digest: bytes + Array(repeating: 0, count: Self.byteCount - bytes.count))
    }
}
