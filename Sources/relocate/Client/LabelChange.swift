/// A change of a host's labels: `KEY=VALUE` sets one, `KEY-` takes it away.
enum LabelChange: Sendable, Hashable {
    /// The label is to have this value.
    case set(String, String)
    /// The label is to go.
    case remove(String)

    /// Reads a change.
    /// - Throws: `ClientError.badInput`.
    init(_ text: String) throws {
        if let equals = text.firstIndex(of: "="), equals > text.startIndex {
            self = .set(String(text[..<equals]), String(text[text.index(after: equals)...]))
        } else if text.count > 1, text.hasSuffix("-"), !text.contains("=") {
            self = .remove(String(text.dropLast()))
        } else {
            throw ClientError.badInput("write KEY=VALUE to set a label, or KEY- to take it away")
        }
    }

    /// The label.
    var key: String {
        switch self {
        case .set(let key, _), .remove(let key): key
        }
    }

    /// Makes the change.
    /// - Throws: `ClientError.failed` when a label is to go that is not there.
    func apply(to labels: inout [String: String]) throws {
        switch self {
        case .set(let key, let value): labels[key] = value
        case .remove(let key):
            guard labels.removeValue(forKey: key) != nil else {
                let words = labels.keys.sorted().joined(separator: ", ")
                throw ClientError.failed(
                    "there is no label '\(key)'; " + (words.isEmpty ? "there are none" : "there are \(words)"))
            }
        }
    }
}
