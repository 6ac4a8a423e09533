/// What can be wrong with a value of the vocabulary.
public enum ModelError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Not a DNS label.
    case invalidName(String)
    /// Not a dotted IPv4 address.
    case invalidAddress(String)
    /// Not an IPv4 network in CIDR notation with its host bits clear.
    case invalidNetwork(String)
    /// Not `sha256:` followed by 64 lower-case hexadecimal digits.
    case invalidDigest(String)
    /// Not an RFC 3339 time.
    case invalidTimestamp(String)
    /// A field is outside its range; `detail` says which values are accepted.
    case outOfRange(field: String, detail: String)

    /// What is wrong and what would be right.
    public var description: String {
        switch self {
        case .invalidName(let text):
            "'\(text)' is not a name: 1 to 63 of a-z, 0-9 and '-', beginning and ending with a letter or digit"
        case .invalidAddress(let text):
            "'\(text)' is not an IPv4 address such as 10.88.3.7"
        case .invalidNetwork(let text):
            "'\(text)' is not an IPv4 network such as 10.88.0.0/16 (host bits must be 0)"
        case .invalidDigest(let text):
            "'\(text)' is not a digest: 'sha256:' and 64 lower-case hexadecimal digits"
        case .invalidTimestamp(let text):
            "'\(text)' is not an RFC 3339 time such as 2026-01-31T12:00:00.000Z"
        case .outOfRange(let field, let detail):
            "\(field): \(detail)"
        }
    }
}
