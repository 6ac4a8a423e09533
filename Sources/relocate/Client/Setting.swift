/// A number that a policy may do without: the number, or a word for none.
enum Setting: Sendable, Hashable {
    /// There is to be none.
    case cleared
    /// It is to be this.
    case number(Double)

    /// Reads a number, or the word that stands for none.
    /// - Throws: `ClientError.badInput`.
    init(_ text: String, orWord word: String) throws {
        if text == word {
            self = .cleared
        } else if let number = Double(text), number.isFinite {
            self = .number(number)
        } else {
            throw ClientError.badInput("write a number, or '\(word)'")
        }
    }

    /// The number, `nil` for none.
    var value: Double? {
        switch self {
        case .cleared: nil
        case .number(let number): number
        }
    }
}

extension Setting? {
    /// A field after the change; as it was when nothing is to be changed.
    func applied(to field: Double?) -> Double? {
        guard let self else { return field }
        return self.value
    }
}
