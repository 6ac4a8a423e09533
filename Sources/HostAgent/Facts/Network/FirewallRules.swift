import FleetModel

/// The host's own packet filter, in a form in which equal rules are equal, whatever they have counted and in whatever
/// order their tables were made.
///
/// Relocate's own tables do not belong to it: they change with every move.
struct FirewallRules: Sendable, Hashable {
    /// A table of nftables.
    struct Table: Hashable, Sendable, Comparable {
        var family: String
        var name: String

        static func < (left: Self, right: Self) -> Bool { (left.family, left.name) < (right.family, right.name) }
    }

    /// What nftables holds, an object a line.
    var nftables: [String] = []
    /// What the older kernel interface of iptables holds, a rule a line.
    var legacy: [String] = []

    /// `backend`, and the `digest` of everything.
    var attribute: AttributeValue {
        let backend = !nftables.isEmpty ? "nftables" : !legacy.isEmpty ? "iptables-legacy" : "none"
        return .table(["backend": backend, "digest": StableDigest.of(nftables + legacy)])
    }

    // MARK: nftables

    /// The tables that agents make.
    private static let own: Set = ["relocate", "relocate_connections", "relocate_gateway"]

    /// The tables in the answer to `nft -j list tables`, without those that Relocate makes.
    static func tables(_ json: String) throws -> [Table] {
        try objects(json).compactMap { object -> Table? in
            guard case .string(let family)? = object["table"]?["family"],
                case .string(let name)? = object["table"]?["name"]
            else { return nil }
            return own.contains(name) ? nil : Table(family: family, name: name)
        }.sorted()
    }

    /// The lines for the answer to `nft -j list table`: sorted keys, no counts and no handles. Elements of sets that
    /// the packet filter itself fills are left out, and others come in order.
    static func normalised(_ json: String) throws -> [String] {
        try objects(json).compactMap { object in
            guard object["metainfo"] == nil else { return nil }
            return String(decoding: try FleetJSON.encode(normalised(object)), as: UTF8.self)
        }
    }

    private static func objects(_ json: String) throws -> [JSONValue] {
        guard case .array(let objects)? = try FleetJSON.decode(JSONValue.self, from: json.utf8)["nftables"] else {
            return []
        }
        return objects
    }

    private static func normalised(_ value: JSONValue) -> JSONValue {
        switch value {
        case .array(let values):
            return .array(values.map(normalised))
        case .object(var fields):
            for key in ["handle", "packets", "bytes", "expires", "used"] { fields[key] = nil }
            if fillsItself(fields) { fields["elem"] = nil }
            fields = fields.mapValues(normalised)
            for key in ["elem", "set"] {
                if case .array(let elements)? = fields[key] { fields[key] = .array(sorted(elements)) }
            }
            return .object(fields)
        default:
            return value
        }
    }

    private static func fillsItself(_ fields: [String: JSONValue]) -> Bool {
        guard case .array(let flags)? = fields["flags"] else { return false }
        return flags.contains(.string("dynamic")) || flags.contains(.string("timeout"))
    }

    private static func sorted(_ values: [JSONValue]) -> [JSONValue] {
        let keyed = values.map { (key: (try? FleetJSON.encode($0)) ?? [], value: $0) }
        return keyed.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.value)
    }

    // MARK: iptables

    /// The lines of `iptables-legacy-save` that change what happens to packets: rules, and policies other than ACCEPT.
    static func legacyRules(_ text: String) -> [String] {
        var table = ""
        var rules: [String] = []
        for line in text.split(whereSeparator: \.isNewline) {
            if line.hasPrefix("*") { table = String(line) }
            let words = line.split(separator: " ")
            if line.hasPrefix(":"), words.count > 1, !["ACCEPT", "-"].contains(words[1]) {
                rules.append("\(table) \(words[0]) \(words[1])")
            }
            if line.hasPrefix("-A ") { rules.append("\(table) \(line)") }
        }
        return rules
    }
}
