/// A word of a set to which later versions may add: what is not known is kept as it is.
public struct Word<Known: RawRepresentable<String> & Sendable>: Sendable, Hashable, CustomStringConvertible {
    /// The word.
    public let text: String

    /// A word as it came.
    public init(text: String) { self.text = text }

    /// A word of the set.
    public init(_ known: Known) { text = known.rawValue }

    /// What it stands for; `nil` when this version does not know it.
    public var known: Known? { Known(rawValue: text) }

    /// The word.
    public var description: String { text }
}

extension Word: Codable {
    /// Decodes any string.
    public init(from decoder: any Decoder) throws {
        self.init(text: try decoder.singleValueContainer().decode(String.self))
    }

    /// Encodes the word as a string.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
