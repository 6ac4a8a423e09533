/// What can go wrong with the ledger.
///
/// ```swift
/// do { try ledger.commit(changes, actor: "clock", at: now) } catch LedgerError.Code.diskFull { … }
/// ```
public struct LedgerError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure, for programs.
    public enum Code: Sendable, Hashable, CaseIterable {
        /// The file could not be opened or created.
        case cannotOpen
        /// Another process has the ledger open, or holds its database.
        case inUse
        /// The database has migrations that this program does not know.
        case newerDatabase
        /// A migration was changed after it was applied.
        case changedMigration
        /// A migration that was applied, or a number between two others, is not there.
        case missingMigration
        /// A migration's file name or SQL is wrong, or the directory cannot be read.
        case invalidMigration
        /// A change contradicts the ledger: it names a host or tenant that is not there, or removes one still in use.
        case conflict
        /// A value cannot be written as JSON.
        case invalidValue
        /// No space is left.
        case diskFull
        /// The file or its file system cannot be written.
        case readOnly
        /// The file is not a database, or is damaged.
        case damaged
        /// Something in the ledger is not of the form that this program writes.
        case unreadable
        /// Reading or writing failed for another reason.
        case failed
        /// The events asked for have been pruned.
        case eventsPruned
        /// A cursor that no page has given.
        case invalidCursor
        /// A limit outside its range.
        case invalidLimit

        /// Lets `catch LedgerError.Code.diskFull` match.
        public static func ~= (code: Code, error: any Error) -> Bool { (error as? LedgerError)?.code == code }
    }

    /// Whether the ledger may be written again by itself, or when somebody has made room: what must be written is to be
    /// tried again.
    public var isPassing: Bool { [.inUse, .diskFull, .readOnly].contains(code) }

    /// What kind of failure it is.
    public let code: Code
    /// What went wrong, where, and what would be right.
    public let message: String
    /// The error beneath.
    public let cause: (any Error)?

    /// A failure.
    package init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// The message, with the error beneath.
    public var description: String { cause.map { "\(message): \($0)" } ?? message }
}
