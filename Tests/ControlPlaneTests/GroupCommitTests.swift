import Dispatch
import FleetCore
import FleetLedger
import FleetModel
import RelocateTesting
import Synchronization
import Testing

@testable import ControlPlane

/// What is promised of changes that come while the disk is busy.
@Suite("Changes that are written together")
struct GroupCommitTests {
    @Test("what comes while the disk is busy shares one commit; nobody sees any of it before it is on disk")
    func together() async throws {
        let log = GatedLog()
        let fleet = Fleet(ledger: log, state: FleetState(), exposure: ExposureLog())
        let events = fleet.feed.watch()
        try await log.whileShut {
            async let first: Void = fleet.add("first")
            try await eventually("the disk is busy") { log.isBusy }
            let others = (1...20).map { number in Task { try await fleet.add("tenant-\(number)") } }
            try await eventually("all others wait") { await fleet.waitingCount == others.count }
            #expect(fleet.snapshot.tenants.isEmpty)
            log.open()
            try await first
            for other in others { try await other.value }
        }
        #expect(log.groups.map(\.count) == [1, 20])
        #expect(fleet.snapshot.tenants.count == 21)
        #expect(fleet.snapshot.sequence == 21)
        var numbers: [Int64] = []
        for await event in events {
            numbers.append(event.event.sequence)
            if numbers.count == 21 { break }
        }
        #expect(numbers == Array(1...21))
    }

    @Test("however much is asked for, what has happened waits for no more than 32 of it")
    func requests() async throws {
        let log = GatedLog()
        let fleet = Fleet(ledger: log, state: FleetState(), exposure: ExposureLog())
        try await log.whileShut {
            async let first: Void = fleet.add("first")
            try await eventually("the disk is busy") { log.isBusy }
            let asked = (1...100).map { number in
                Task { try await fleet.request(by: "operator") { try $0.add("tenant-\(number)") } }
            }
            try await eventually("as many wait as may") { await fleet.waitingCount == 32 }
            let happened = Task { try await fleet.add("happened") }
            try await eventually("what has happened waits, too") { await fleet.waitingCount == 33 }
            log.open()
            try await first
            try await happened.value
            for request in asked { try await request.value }
        }
        #expect(log.groups[1].contains { $0.subjects == ["happened"] })
        #expect(log.groups[1].count == 33)
        #expect(fleet.snapshot.tenants.count == 102)
    }

    @Test("a change that the ledger refuses harms none that was written with it")
    func refused() async throws {
        let log = GatedLog()
        log.refuse { $0.subjects.contains("bad") }
        let fleet = Fleet(ledger: log, state: FleetState(), exposure: ExposureLog())
        try await log.whileShut {
            async let first: Void = fleet.add("first")
            try await eventually("the disk is busy") { log.isBusy }
            let others = ["one", "bad", "two"].map { name in Task { try await fleet.add(name) } }
            try await eventually("all others wait") { await fleet.waitingCount == others.count }
            log.open()
            try await first
            try await others[0].value
            await #expect(throws: LedgerError.self) { try await others[1].value }
            try await others[2].value
        }
        #expect(Set(fleet.snapshot.tenants.keys.map(\.text)) == ["first", "one", "two"])
        #expect(Set(log.written) == ["first", "one", "two"])
    }

    @Test("what was decided on a change that then failed is decided again")
    func decidedAgain() async throws {
        let log = GatedLog()
        log.refuse { $0.subjects.contains("bad") }
        let fleet = Fleet(ledger: log, state: FleetState(), exposure: ExposureLog())
        try await log.whileShut {
            let bad = Task { try await fleet.add("bad") }
            try await eventually("the disk is busy") { log.isBusy }
            let dependent = Task { try await fleet.add("child", after: "bad") }
            let mistaken = Task { try await fleet.add("bad") }
            let question = Task { try await fleet.has("bad") }
            try await eventually("they wait") { await fleet.waitingCount == 3 }
            log.open()
            await #expect(throws: LedgerError.self) { try await bad.value }
            // It was refused since the first was there; now the ledger refuses it.
            await #expect(throws: LedgerError.self) { try await mistaken.value }
            await #expect(throws: FleetError.self) { try await dependent.value }
            #expect(try await !question.value)
        }
        #expect(fleet.snapshot.tenants.isEmpty)
        #expect(log.written.isEmpty)
    }

    @Test(
        "each of many clients finds what it was told to be done, whatever the ledger refuses, and in the order of the events"
    )
    func manyClients() async throws {
        let log = GatedLog()
        log.refuse { $0.subjects.contains { $0.hasSuffix("7") } }
        let fleet = Fleet(ledger: log, state: FleetState(), exposure: ExposureLog())
        await withTaskGroup(of: Void.self) { group in
            for client in 0..<16 {
                group.addTask {
                    for number in 0..<20 {
                        let name = "c\(client)-\(number)"
                        do {
                            try await fleet.add(name)
                            #expect(fleet.snapshot.tenants.keys.contains { $0.text == name })
                        } catch {
                            #expect(name.hasSuffix("7"), "\(error)")
                        }
                    }
                }
            }
        }
        #expect(fleet.snapshot.tenants.count == 16 * 18)
        #expect(Set(log.written) == Set(fleet.snapshot.tenants.keys.map(\.text)))
        #expect(log.written.count == 16 * 18)
    }
}

extension Fleet {
    fileprivate nonisolated func add(_ name: String, after needed: String? = nil) async throws {
        try await change(by: "test") { draft in
            if let needed { _ = try draft.state.tenant(TenantName(needed)) }
            try draft.add(name)
        }
    }

    fileprivate nonisolated func has(_ name: String) async throws -> Bool {
        try await change(by: "test") { draft in draft.state.tenants[try TenantName(name)] != nil }
    }
}

extension FleetDraft {
    fileprivate mutating func add(_ name: String) throws {
        let tenant = Tenant(name: try TenantName(name), createdAt: now)
        guard state.tenants[tenant.name] == nil else { throw FleetError.exists(kind: "tenant", name: name) }
        record(.tenant(tenant))
    }
}

extension LedgerEntry {
    fileprivate var subjects: [String] { changes.map(\.subject) }
}

/// A ledger in memory whose disk is busy for as long as a test wants.
private final class GatedLog: CommitLog {
    private struct State {
        var isShut = false
        var isBusy = false
        var refuses: @Sendable (LedgerEntry) -> Bool = { _ in false }
        var groups: [[LedgerEntry]] = []
        var sequence: Int64 = 0
    }

    private let state = Mutex(State())
    private let gate = DispatchSemaphore(value: 0)

    var isBusy: Bool { state.withLock { $0.isBusy } }
    var groups: [[LedgerEntry]] { state.withLock { $0.groups } }
    var written: [String] { groups.flatMap { $0.flatMap(\.subjects) } }

    func refuse(_ rule: @escaping @Sendable (LedgerEntry) -> Bool) { state.withLock { $0.refuses = rule } }

    /// The first commit waits until the gate is opened, at the latest when the body has ended.
    func whileShut(_ body: () async throws -> Void) async throws {
        state.withLock { $0.isShut = true }
        defer { open() }
        try await body()
    }

    func open() {
        let wasShut = state.withLock { state in
            defer { state.isShut = false }
            return state.isShut
        }
        if wasShut { gate.signal() }
    }

    func commit(_ entries: [LedgerEntry], waitingUntil deadline: ContinuousClock.Instant) throws -> [[FleetEvent]] {
        let mustWait = state.withLock { state in
            state.isBusy = true
            return state.isShut
        }
        if mustWait { gate.wait() }
        return try state.withLock { state in
            state.isBusy = false
            if entries.contains(where: state.refuses) { throw LedgerError(.conflict, "not this one") }
            state.groups.append(entries)
            return entries.map { entry in
                entry.changes.map { change in
                    state.sequence += 1
                    return FleetEvent(sequence: state.sequence, at: entry.time, actor: entry.actor, change: change)
                }
            }
        }
    }
}
