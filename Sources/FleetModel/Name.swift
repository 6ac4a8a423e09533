/// A name that people gave to a host, a tenant or a container.
///
/// Names are DNS labels (RFC 1123, section 2.1): `[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?`. That makes them safe in paths,
/// in cgroups, in network namespaces and in URLs without quoting. `Subject` keeps the name of a host from being
/// passed where the name of a tenant is wanted.
public struct Name<Subject>: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The name as text.
    public let text: String

    /// Checks and takes a name.
    /// - Throws: `ModelError.invalidName` when the text is not a DNS label.
    public init(_ text: String) throws {
        guard Self.isValid(text) else { throw ModelError.invalidName(text) }
        self.text = text
    }

    /// A name that is known to be one.
    package init(known text: String) {
        precondition(Self.isValid(text), "'\(text)' is not a name")
        self.text = text
    }

    /// The name as text.
    public var description: String { text }

    /// Alphabetical.
    public static func < (left: Self, right: Self) -> Bool { left.text < right.text }

    private static func isValid(_ text: String) -> Bool {
        let bytes = text.utf8
        guard (1...63).contains(bytes.count), bytes.first != UInt8(ascii: "-"), bytes.last != UInt8(ascii: "-") else {
            return false
        }
        return bytes.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
            default: false
            }
        }
    }
}

extension Name: Codable {
    /// Decodes a name from a string.
    /// - Throws: `DecodingError.dataCorrupted` when the text is not a DNS label.
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        do {
            try self.init(text)
        } catch {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "\(error)"))
        }
    }

    /// Encodes the name as a string.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

extension Name: CodingKeyRepresentable {
    /// The name as a key of a JSON object.
    public var codingKey: any CodingKey { NameKey(stringValue: text) }

    /// Takes a key of a JSON object, `nil` when it is not a name.
    public init?(codingKey: some CodingKey) {
        guard Self.isValid(codingKey.stringValue) else { return nil }
        text = codingKey.stringValue
    }
}

private struct NameKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

/// The name of a host.
public typealias HostName = Name<Host>
/// The name of a tenant.
public typealias TenantName = Name<Tenant>
/// The name of a tenant's container, unique in the fleet.
public typealias ContainerName = Name<Container>
