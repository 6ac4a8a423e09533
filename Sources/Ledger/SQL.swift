import FleetModel
import GRDB

extension Database {
    /// Runs a statement that was prepared before if it ever ran before.
    func run(_ sql: String, _ arguments: StatementArguments) throws {
        try cachedStatement(sql: sql).execute(arguments: arguments)
    }
}

/// Values as JSON text in columns.
enum JSONText {
    /// Writes a value.
    static func write(_ value: some Encodable) throws -> String {
        String(decoding: try FleetJSON.encode(value), as: UTF8.self)
    }

    /// The change of which a value, that has been written already, is all: as `write` writes it.
    static func change(_ kind: EventKind, _ value: String) -> String { "{\"\(kind)\":{\"_0\":\(value)}}" }

    /// Reads a value.
    static func read<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
        try FleetJSON.decode(type, from: text.utf8)
    }
}

/// Conditions joined by AND.
struct Conditions {
    private var parts: [SQL] = []

    /// Adds a condition.
    mutating func add(_ condition: SQL) { parts.append(condition) }

    /// Adds a condition unless its value is missing.
    mutating func add<Value>(_ value: Value?, _ condition: (Value) -> SQL) {
        if let value { parts.append(condition(value)) }
    }

    /// The conditions; true when there are none.
    var sql: SQL { parts.isEmpty ? "TRUE" : parts.joined(separator: " AND ") }
}
