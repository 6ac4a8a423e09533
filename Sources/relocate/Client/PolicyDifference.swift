import FleetModel

/// What is not the same in two policies, field by field as the API names them.
struct PolicyDifference: Sendable {
    /// A field with its values.
    struct Change: Sendable, Hashable {
        /// The field, such as `limits.concurrentInFleet`.
        var field: String
        /// What it was; `-` where there was none.
        var before: String
        /// What it is.
        var after: String

        /// The change on one line.
        var words: String { "\(field) \(before) → \(after)" }
    }

    /// The fields that differ, by name.
    let changes: [Change]

    /// Compares.
    /// - Throws: `EncodingError` for numbers that JSON cannot hold.
    init(from before: Policy, to after: Policy) throws {
        let (old, new) = (
            Self.leaves(of: try JSONValue(encoding: before)), Self.leaves(of: try JSONValue(encoding: after))
        )
        changes = Set(old.keys).union(new.keys).sorted().compactMap { field in
            guard old[field] != new[field] else { return nil }
            let (before, after) = (Self.words(for: old[field]), Self.words(for: new[field]))
            guard before == after, case .number(let former) = old[field], case .number(let present) = new[field] else {
                return Change(field: field, before: before, after: after)
            }
            return Change(field: field, before: Units.plain(former), after: Units.plain(present))
        }
    }

    /// All changes on one line.
    var words: String { changes.map(\.words).joined(separator: "; ") }

    private static func leaves(of value: JSONValue, at path: String = "") -> [String: JSONValue] {
        guard case .object(let fields) = value else { return [path: value] }
        return fields.reduce(into: [:]) { all, field in
            let place = path.isEmpty ? field.key : "\(path).\(field.key)"
            all.merge(leaves(of: field.value, at: place)) { first, _ in first }
        }
    }

    private static func words(for value: JSONValue?) -> String {
        switch value {
        case nil: Units.nothing
        case .null: "none"
        case .bool(let value): value ? "yes" : "no"
        case .integer(let value): String(value)
        case .number(let value): Units.significant(value)
        case .string(let value): value
        case .array, .object: "…"
        }
    }
}
