/// A group of tenants that trust each other: members may be beside each other without harm.
///
/// An operator says who is in it. The group is no more than its members: without any it is not there.
public struct TrustGroup: Codable, Sendable, Hashable {
    /// The group's name.
    public var name: TrustGroupName
    /// Who is in it, by name; never empty. A tenant is in one group at most.
    public var members: [TenantName]

    /// A group.
    public init(name: TrustGroupName, members: [TenantName]) {
        self.name = name
        self.members = members
    }
}

/// The name of a group of tenants that trust each other.
public typealias TrustGroupName = Name<TrustGroup>

/// Who counts as one where it matters who is beside whom: the tenants of a group, or a tenant without one.
///
/// A group is never mistaken for a tenant of the same name: whoever may choose a tenant's name must not become somebody's
/// friend by it.
public enum Party: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// A tenant that is in no group.
    case tenant(TenantName)
    /// All tenants of a group.
    case group(TrustGroupName)

    private static let prefix = "group:"

    /// A tenant's name, or `group:` and a group's. No tenant's name has a colon.
    public var description: String {
        switch self {
        case .tenant(let name): name.text
        case .group(let name): Self.prefix + name.text
        }
    }

    /// The party in a sentence.
    public var words: String {
        switch self {
        case .tenant(let name): "tenant '\(name)'"
        case .group(let name): "group '\(name)'"
        }
    }

    /// Tenants before groups, each by name.
    public static func < (left: Self, right: Self) -> Bool {
        switch (left, right) {
        case (.tenant(let left), .tenant(let right)): left < right
        case (.group(let left), .group(let right)): left < right
        case (.tenant, .group): true
        case (.group, .tenant): false
        }
    }
}

extension Party: Codable {
    /// Decodes a party from its `description`; a tenant's name alone is a tenant's, as in older records.
    /// - Throws: `DecodingError.dataCorrupted` when the text is neither.
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        do {
            self =
                text.hasPrefix(Self.prefix)
                ? .group(try TrustGroupName(String(text.dropFirst(Self.prefix.count)))) : .tenant(try TenantName(text))
        } catch {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "\(error)"))
        }
    }

    /// Encodes the party's `description`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
