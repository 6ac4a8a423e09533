import FleetModel

/// What a control plane needs of the fleet's memory: that it takes changes, and gives back what it was told.
///
/// - `commit` is the only way to write the present state and the record of events. It changes both together or neither, and
///   what it has returned of is there after any crash.
/// - Events are numbered from 1 without gaps, in the order of their commits. A commit that fails uses no number. The newest event
///   is never removed, nor the newest relocation: they carry the numbers to count on from.
/// - Each read sees all of some number of commits, and nothing of any later one. Reads wait neither for commits nor on a thread of
///   Swift's own pool; those of long lists leave room for the others.
/// - Of lists only a part is read at once (`Page`), and nothing is read in full that grows with the age of the fleet.
/// - The ledger has no clock: times, actors and numbers of relocations come from the caller.
public protocol Ledger: CommitLog {
    // MARK: At the start

    /// Everything that a control plane needs to go on after a restart, as of one instant.
    /// - Throws: `LedgerError`.
    func load() async throws -> FleetRecord

    /// Puts the stays that go on or ended at or after a time together, one after the other in the order of their arrivals.
    /// - Throws: `LedgerError`, or what the body throws.
    func residences<Result: Sendable>(
        since time: Timestamp, into result: Result,
        _ body: @escaping @Sendable (inout Result, Residence) throws -> Void
    ) async throws -> Result

    /// What the relocations that ended since some time have cost their tenants, the oldest first.
    /// - Throws: `LedgerError`.
    func pauses(endedSince time: Timestamp) async throws -> [Pause]

    // MARK: One thing

    /// One relocation with its steps, `nil` when there is none of this number.
    /// - Throws: `LedgerError`.
    func relocation(_ id: RelocationID) async throws -> Relocation?

    /// Why a relocation went where it went; `nil` when it was never decided, or before decisions were kept.
    /// - Throws: `LedgerError`.
    func decision(of id: RelocationID) async throws -> PlacementDecision?

    /// One version of a policy, `nil` when there is none of this number.
    /// - Throws: `LedgerError`.
    func policyVersion(_ version: Int, of name: PolicyName) async throws -> PolicyRecord?

    // MARK: Lists

    /// The history of relocations with their steps, newest first.
    /// - Throws: `LedgerError`, with the code `invalidLimit` when the limit is not 1 to 1000.
    func relocations(_ query: RelocationQuery) async throws -> Page<Relocation>

    /// The record of actions, newest first.
    /// - Throws: `LedgerError`, with the code `invalidLimit` when the limit is not 1 to 1000.
    func events(_ query: EventQuery) async throws -> Page<FleetEvent>

    /// The versions of a policy, newest first; also of one that was removed.
    /// - Throws: `LedgerError`, with the code `invalidLimit` when the limit is not 1 to 1000.
    func policyVersions(of name: PolicyName, cursor: PageCursor?, limit: Int) async throws -> Page<PolicyRecord>

    /// The events after a number, oldest first: what a reader that knows everything up to that number has missed.
    /// - Parameters:
    ///   - sequence: The number of the last event known; 0 for none.
    ///   - limit: The most events to return, 1 to 1000.
    ///   - kinds: Only these kinds (`FleetChange.kind`); `nil` for all.
    /// - Throws: `LedgerError`, with the code `eventsPruned` when events after that number have been removed already.
    func events(after sequence: Int64, limit: Int, kinds: Set<String>?) async throws -> [FleetEvent]

    // MARK: Removal of what is old

    /// Removes the oldest events: those before a time, and those beyond a number to keep. Nobody who writes meanwhile waits for
    /// long.
    /// - Parameters:
    ///   - time: Events that happened at this time or later stay, unless there are too many.
    ///   - count: How many events to keep at most, at least 1.
    /// - Returns: How many events were removed.
    /// - Throws: `LedgerError`; what was removed until then stays removed.
    @discardableResult
    func pruneEvents(before time: Timestamp, keepingAtMost count: Int) async throws -> Int

    /// Removes relocations that ended before a time, with their steps and decisions.
    /// - Returns: How many relocations were removed.
    /// - Throws: `LedgerError`; what was removed until then stays removed.
    @discardableResult
    func pruneRelocations(endedBefore time: Timestamp) async throws -> Int

    /// Removes stays that ended before a time.
    /// - Returns: How many stays were removed.
    /// - Throws: `LedgerError`; what was removed until then stays removed.
    @discardableResult
    func pruneResidences(endedBefore time: Timestamp) async throws -> Int

    // MARK: The end

    /// Gives the ledger up; another process may open it then. Reads that are under way make it fail.
    /// - Throws: `LedgerError`.
    func close() throws
}

extension Ledger {
    /// The events after a number, of all kinds, oldest first.
    /// - Throws: `LedgerError`, as `events(after:limit:kinds:)`.
    public func events(after sequence: Int64, limit: Int) async throws -> [FleetEvent] {
        try await events(after: sequence, limit: limit, kinds: nil)
    }

    /// The newest versions of a policy, newest first.
    /// - Throws: `LedgerError`, as `policyVersions(of:cursor:limit:)`.
    public func policyVersions(of name: PolicyName, limit: Int) async throws -> Page<PolicyRecord> {
        try await policyVersions(of: name, cursor: nil, limit: limit)
    }
}
