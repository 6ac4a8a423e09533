/// `NAME=VALUE`, as a container gets it.
struct EnvironmentVariable: Sendable, Hashable {
    /// What stands before the first `=`, never empty.
    let name: String
    /// What stands after it; may be empty.
    let value: String

    /// Reads `NAME=VALUE`.
    /// - Throws: `ClientError.badInput`.
    init(_ text: String) throws {
        guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
            throw ClientError.badInput("write NAME=VALUE, such as LOG_LEVEL=debug")
        }
        name = String(text[..<equals])
        value = String(text[text.index(after: equals)...])
    }

    /// Variables by their names.
    /// - Throws: `ClientError.badInput` when a name is given twice.
    static func dictionary(_ variables: [EnvironmentVariable]) throws -> [String: String] {
        var values: [String: String] = [:]
        for variable in variables {
            guard values.updateValue(variable.value, forKey: variable.name) == nil else {
                throw ClientError.badInput("the variable '\(variable.name)' is given twice")
            }
        }
        return values
    }
}
