import GRDB

/// Another program that holds a database, so that nobody else can write to it.
public final class DatabaseHold: Sendable {
    private let connection: DatabaseQueue

    /// Takes hold of a database.
    /// - Throws: what SQLite says when somebody writes to it just then for more than 5 seconds.
    public init(_ path: String) throws {
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        configuration.busyMode = .timeout(5)
        connection = try DatabaseQueue(path: path, configuration: configuration)
        try connection.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
    }

    /// Lets go of it.
    public func release() throws {
        try connection.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
        try connection.close()
    }
}
