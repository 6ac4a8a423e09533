import FleetModel

// Enums on the wire: a word, such as `"sit"`, or an object with one field that says which case it is, such as
// `{"chase":{"meanSeconds":60}}`.

/// A case as it is written: a word, or a field with what belongs to it.
enum Alternative<Key: CodingKey & CaseIterable> {
    case word(Key)
    case field(Key, Fields<Key>)
}

extension Decoder {
    /// The case that is being decoded.
    /// - Parameters:
    ///   - words: the cases that are words; all others are fields.
    ///   - examples: all cases as they are written, to be named when what is there is none of them.
    /// - Throws: `DecodingError` when it is neither a word nor an object with one of the fields.
    func alternative<Key: CodingKey & CaseIterable>(
        of type: Key.Type, words: [Key], examples: String
    ) throws -> Alternative<Key> {
        if let text = try? singleValueContainer().decode(String.self) {
            guard let word = words.first(where: { $0.stringValue == text }) else {
                throw wrongAlternative(examples, is: "\"\(text)\"")
            }
            return .word(word)
        }
        guard let present = try? container(keyedBy: type).allKeys else {
            throw wrongAlternative(examples, is: "something else")
        }
        let fields = try fields(of: type)
        guard present.count == 1, let field = present.first,
            !words.contains(where: { $0.stringValue == field.stringValue })
        else {
            let names = present.map(\.stringValue).sorted().joined(separator: " and ")
            throw wrongAlternative(examples, is: present.isEmpty ? "an object without any of them" : "of \(names)")
        }
        return .field(field, fields)
    }

    /// The only figure of an object that is a field's value, such as `meanSeconds` in `{"chase":{"meanSeconds":60}}`.
    /// - Throws: `DecodingError` when it is not there, or something else is.
    func figure<Value: Decodable, Key>(_ name: String, of key: Key, in fields: Fields<Key>) throws -> Value {
        let figures = try fields.decode([String: Value].self, forKey: key)
        guard figures.count == 1, let figure = figures[name] else {
            let names = figures.keys.sorted().joined(separator: ", ")
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: codingPath + [key],
                    debugDescription: "must have the field '\(name)' and no other, has '\(names)'"))
        }
        return figure
    }

    private func wrongAlternative(_ examples: String, is found: String) -> DecodingError {
        .dataCorrupted(.init(codingPath: codingPath, debugDescription: "must be one of \(examples), is \(found)"))
    }
}
