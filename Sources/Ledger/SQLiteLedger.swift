import FleetLedger
import FleetModel
import GRDB

/// The fleet's memory in an SQLite database
/// =======================================
///
/// The ledger is the truth after a restart. It holds two things and changes them together: the present state (hosts,
/// tenants, containers, relocations with their steps, …) and the append-only record of events. `commit` is the only
/// way to write either, one transaction for all it is given: after a crash at any instant the ledger holds all of a
/// commit or nothing of it, and once `commit` has returned it holds all of it even if the power fails.
///
/// Rules
///
/// - Events are numbered from 1 without gaps, in the order of their commits. Numbers are given inside the transaction,
///   so a commit that fails uses none. The newest event is never pruned: it carries the number to count on from.
/// - Writes stand in line behind one connection. Reads use connections of their own on a snapshot (SQLite's
///   write-ahead log), so no read waits for a write and none sees half of one.
/// - `commit` blocks its thread for as long as the disk takes to confirm. Reads are `async` and work on threads of the
///   ledger's own, of which there are a few (`ReadGate`).
/// - Times, actors and numbers of relocations come from the caller; the ledger has no clock.
/// - One process has the ledger open. A lock on a file beside it sees to that; a process that dies gives it up. Other
///   programs may hold the database for a while all the same, such as one that copies it: whoever writes waits for them,
///   but no longer than `CommitPatience.seconds`.
/// - Only its owner may read the files (mode 0600).
public final class SQLiteLedger: Sendable {
    /// How many reads there may be at once, and how many of them of lists: single things are found while lists are read.
    private static let (readers, listReaders) = (4, 3)

    /// How much of the database the writing connection keeps in memory at most.
    private static let cacheKibibytes = 65_536
    /// From how many pages of 4 KiB on the write-ahead log is written back.
    private static let pagesToCheckpoint = 16_384

    let pool: DatabasePool
    let patience = WritePatience()
    let lists = ReadGate(places: listReaders)
    private let lock: LedgerLock

    /// Opens a ledger, creates it where there is none, and brings it to the newest form.
    /// - Parameters:
    ///   - path: The database file; its directory must exist.
    ///   - migrations: The directory with `NNNN_name.sql`.
    ///   - time: The time to record for migrations that are applied now.
    /// - Throws: `LedgerError`.
    public init(path: String, migrations: String, at time: Timestamp) throws {
        let files = try Migration.read(directory: migrations)
        lock = try LedgerLock(path: path + ".lock")
        try LedgerFile.makePrivate(path)
        let configuration = Self.configuration(patience)
        pool = try LedgerError.wrapping("open the ledger \(path)") {
            try DatabasePool(path: path, configuration: configuration)
        }
        try LedgerError.wrapping("prepare the ledger \(path)") {
            try pool.writeWithoutTransaction { database in
                // Full: each commit waits for the disk. The pool's own choice for a write-ahead log is weaker.
                try database.execute(sql: "PRAGMA synchronous = FULL")
                // Moves of many containers change pages all over the indexes, most of them again soon. SQLite's own choices, 2 MB
                // and 1,000 pages, have them read and written again and again.
                try database.execute(sql: "PRAGMA cache_size = -\(Self.cacheKibibytes)")
                try database.execute(sql: "PRAGMA wal_autocheckpoint = \(Self.pagesToCheckpoint)")
                try Migration.apply(files, to: database, at: time)
            }
        }
    }

    /// Closes the ledger; other processes may open it then. Reads that are under way make it fail.
    /// - Throws: `LedgerError`.
    public func close() throws {
        try LedgerError.wrapping("close the ledger") { try pool.close() }
        lock.release()
    }

    private static func configuration(_ patience: WritePatience) -> Configuration {
        var configuration = Configuration()
        configuration.label = "ledger"
        configuration.foreignKeysEnabled = true
        configuration.maximumReaderCount = readers
        configuration.busyMode = .callback { patience.triesAgain(after: $0) }
        return configuration
    }
}
