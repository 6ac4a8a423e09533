import FleetModel

/// Why a policy cannot work, and what of it would.
public struct PolicyRefusal: Error, Sendable, Hashable, CustomStringConvertible {
    /// The path of the field in JSON, such as `clock.threshold`.
    public let field: String
    /// What is wrong with it, in words that follow the field's name.
    public let reason: String
    /// Ways out, each of which makes the policy one that is taken. The changes of one belong together. Empty where
    /// `reason` says which values are accepted, or where nothing near helps.
    public let corrections: [[PolicyChange]]

    /// `corrections` in words; empty when there are none.
    public var nearest: String {
        corrections.map { $0.map(\.description).joined(separator: " with ") }.joined(separator: ", or ")
    }

    /// All of it in one sentence.
    public var description: String {
        "\(field): \(reason)" + (corrections.isEmpty ? "" : "; what would work: \(nearest)")
    }
}
