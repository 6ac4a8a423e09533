import FleetLedger
import FleetModel
import Synchronization

/// A ledger that is gone with its last user: the second implementation of what a control plane needs.
///
/// Whoever opens it "again" is given the same one. It keeps nothing in order but what the protocol promises, and looks at all of
/// it for each answer.
public final class MemoryLedger: Ledger {
    private struct Contents {
        var memory = FleetMemory()
        var events: [FleetEvent] = []
        var lastSequence: Int64 = 0
    }

    private let contents = Mutex(Contents())

    /// An empty ledger.
    public init() {}

    /// Takes them all or none.
    public func commit(
        _ entries: [LedgerEntry], waitingUntil deadline: ContinuousClock.Instant
    ) throws -> [[FleetEvent]] {
        try contents.withLock { contents in
            var next = contents
            let events = try entries.map { entry in
                let events = try entry.changes.map { change in
                    guard next.memory.takes(change) else {
                        throw LedgerError(.conflict, "it contradicts what was before: \(change)")
                    }
                    next.memory.apply(change, at: entry.time)
                    next.lastSequence += 1
                    return FleetEvent(
                        sequence: next.lastSequence, at: entry.time, actor: entry.actor, change: change)
                }
                for note in entry.notes {
                    guard next.memory.knows(note) else {
                        throw LedgerError(.conflict, "there is nothing that could be kept with: \(note)")
                    }
                    next.memory.apply(note, at: entry.time)
                }
                return events
            }
            guard next.memory.isWhole else { throw LedgerError(.conflict, "a container's host or tenant is missing") }
            next.events += events.joined()
            contents = next
            return events
        }
    }

    /// What is there now.
    public func load() async throws -> FleetRecord {
        contents.withLock { $0.memory.record(lastSequence: $0.lastSequence) }
    }

    /// The stays that go on or ended at or after a time.
    public func residences<Result: Sendable>(
        since time: Timestamp, into result: Result,
        _ body: @escaping @Sendable (inout Result, Residence) throws -> Void
    ) async throws -> Result {
        try contents.withLock { $0.memory.allResidences }
            .filter { $0.leftAt.map { $0 >= time } ?? true }
            .reduce(into: result, body)
    }

    /// The pauses of relocations that ended since some time.
    public func pauses(endedSince time: Timestamp) async throws -> [Pause] {
        allRelocations.compactMap { relocation in
            guard let end = relocation.endedAt, end >= time, let pause = relocation.pauseMilliseconds else {
                return nil
            }
            return Pause(tenant: relocation.tenant, milliseconds: pause, endedAt: end)
        }.sorted { $0.endedAt < $1.endedAt }
    }

    /// One relocation.
    public func relocation(_ id: RelocationID) async throws -> Relocation? {
        contents.withLock { $0.memory.relocations[id] }
    }

    /// Why it went where it went.
    public func decision(of id: RelocationID) async throws -> PlacementDecision? {
        contents.withLock { $0.memory.decisions[id] }
    }

    /// One version of a policy.
    public func policyVersion(_ version: Int, of name: PolicyName) async throws -> PolicyRecord? {
        versions(of: name).first { $0.version == version }
    }

    /// The history of relocations.
    public func relocations(_ query: RelocationQuery) async throws -> Page<Relocation> {
        try PageLimit.check(query.limit)
        let found = allRelocations.reversed().filter { relocation in
            relocation.id.number < query.cursor?.before ?? .max && query.takes(relocation)
        }
        return Page(Array(found.prefix(query.limit + 1)), limit: query.limit) { $0.id.number }
    }

    /// The record of actions.
    public func events(_ query: EventQuery) async throws -> Page<FleetEvent> {
        try PageLimit.check(query.limit)
        let found = contents.withLock { $0.events }.reversed().filter { event in
            event.sequence < query.cursor?.before ?? .max && query.takes(event)
        }
        return Page(Array(found.prefix(query.limit + 1)), limit: query.limit, number: \.sequence)
    }

    /// The versions of a policy.
    public func policyVersions(
        of name: PolicyName, cursor: PageCursor?, limit: Int
    ) async throws -> Page<PolicyRecord> {
        try PageLimit.check(limit)
        let found = versions(of: name).reversed().filter { Int64($0.version) < cursor?.before ?? .max }
        return Page(Array(found.prefix(limit + 1)), limit: limit) { Int64($0.version) }
    }

    /// The events after a number.
    public func events(after sequence: Int64, limit: Int, kinds: Set<String>?) async throws -> [FleetEvent] {
        try PageLimit.check(limit)
        let events = contents.withLock { $0.events }
        if let oldest = events.first?.sequence, sequence < oldest - 1 {
            throw LedgerError(.eventsPruned, "events after \(sequence) are gone: the oldest that is kept is \(oldest)")
        }
        let found = events.lazy.filter { $0.sequence > sequence && kinds?.contains($0.change.kind.rawValue) ?? true }
        return Array(found.prefix(limit))
    }

    /// Removes old events.
    public func pruneEvents(before time: Timestamp, keepingAtMost count: Int) async throws -> Int {
        contents.withLock { contents in
            let before = contents.events.count
            let (last, first) = (contents.lastSequence, contents.lastSequence - Int64(max(count, 1)) + 1)
            contents.events.removeAll { $0.sequence < last && ($0.at < time || $0.sequence < first) }
            return before - contents.events.count
        }
    }

    /// Removes old relocations, but for the newest.
    public func pruneRelocations(endedBefore time: Timestamp) async throws -> Int {
        contents.withLock { contents in
            let last = contents.memory.relocations.keys.max()
            let old = contents.memory.relocations.values.filter {
                $0.id != last && $0.endedAt.map { $0 < time } ?? false
            }
            for relocation in old {
                contents.memory.relocations[relocation.id] = nil
                contents.memory.decisions[relocation.id] = nil
            }
            return old.count
        }
    }

    /// Removes old stays.
    public func pruneResidences(endedBefore time: Timestamp) async throws -> Int {
        contents.withLock { contents in
            let before = contents.memory.endedResidences.count
            contents.memory.endedResidences.removeAll { $0.leftAt.map { $0 < time } ?? false }
            return before - contents.memory.endedResidences.count
        }
    }

    /// There is nothing to give up.
    public func close() throws {}

    /// The oldest first.
    private var allRelocations: [Relocation] {
        contents.withLock { Array($0.memory.relocations.values) }.sorted { $0.id < $1.id }
    }

    /// The oldest first.
    private func versions(of name: PolicyName) -> [PolicyRecord] {
        contents.withLock { $0.memory.versions }.filter { $0.name == name }
    }
}

extension FleetMemory {
    /// Whether a change follows on what is there.
    fileprivate func takes(_ change: FleetChange) -> Bool {
        switch change {
        case .policy(let record): record.version > policyVersions[record.name] ?? 0
        case .progress(let progress): relocations[progress.id] != nil
        default: true
        }
    }

    /// Whether what a note is about is there.
    fileprivate func knows(_ note: FleetNote) -> Bool {
        switch note {
        case .credential(let host, _): hostNames.contains(host)
        case .decision(let id, _): relocations[id] != nil
        case .credentialRevoked, .quarantine: true
        }
    }
}

extension RelocationQuery {
    /// Whether a relocation fits.
    public func takes(_ relocation: Relocation) -> Bool {
        (container.map { $0 == relocation.container } ?? true)
            && (tenant.map { $0 == relocation.tenant } ?? true)
            && (host.map { $0 == relocation.source || $0 == relocation.destination } ?? true)
            && (state.map { $0 == relocation.state } ?? true)
            && (trigger.map { $0 == relocation.trigger } ?? true)
            && (since.map { relocation.createdAt >= $0 } ?? true)
            && (until.map { relocation.createdAt < $0 } ?? true)
    }
}

extension EventQuery {
    /// Whether an event fits.
    public func takes(_ event: FleetEvent) -> Bool {
        (actor.map { $0 == event.actor } ?? true)
            && (subject.map { $0 == event.change.subject } ?? true)
            && (kinds.map { $0.contains(event.change.kind.rawValue) } ?? true)
            && (since.map { event.at >= $0 } ?? true) && (until.map { event.at < $0 } ?? true)
    }
}
