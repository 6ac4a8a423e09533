import FleetLedger
import Glibc
import Synchronization

/// How long whoever writes waits for another process that holds the database, such as one that makes a copy of it.
///
/// SQLite asks each time that it finds the database held. A commit says itself until when it can wait, for those who
/// stood in line behind others have waited already.
final class WritePatience: Sendable {
    private static let microsecondsBetweenTries: UInt32 = 5000
    private static let mostTries = Int(CommitPatience.seconds * 1e6) / Int(microsecondsBetweenTries)
    private let deadline = Mutex<ContinuousClock.Instant?>(nil)

    /// Does something that waits until a time at most.
    func wait<Value>(until end: ContinuousClock.Instant, _ work: () throws -> Value) rethrows -> Value {
        deadline.withLock { $0 = end }
        defer { deadline.withLock { $0 = nil } }
        return try work()
    }

    /// Whether the database is to be tried again; it is a little later then.
    /// - Parameter tries: how often it was found held.
    func triesAgain(after tries: Int) -> Bool {
        let end = deadline.withLock { $0 }
        guard end.map({ .now < $0 }) ?? (tries < Self.mostTries) else { return false }
        usleep(Self.microsecondsBetweenTries)
        return true
    }
}
