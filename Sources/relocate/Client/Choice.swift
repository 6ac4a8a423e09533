/// Reads one of several words.
enum Choice {
    /// The words, for the help and for errors.
    static func words<Value: CaseIterable & RawRepresentable>(_ type: Value.Type) -> String
    where Value.RawValue == String {
        Value.allCases.map(\.rawValue).joined(separator: ", ")
    }

    /// Reads a word.
    /// - Throws: `ClientError.badInput` with the words that there are.
    static func read<Value: CaseIterable & RawRepresentable>(_ text: String) throws -> Value
    where Value.RawValue == String {
        guard let value = Value(rawValue: text) else {
            throw ClientError.badInput("write one of \(words(Value.self))")
        }
        return value
    }
}
