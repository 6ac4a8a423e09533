/// What is wrong with a document, and where.
struct DecodingFault {
    /// Where it is.
    let path: FieldPath
    /// What is wrong there, and what would be right.
    let detail: String

    init(_ error: any Error) {
        guard let error = error as? DecodingError else {
            (path, detail) = (FieldPath([]), "\(error)")
            return
        }
        switch error {
        case .typeMismatch(let type, let context):
            (path, detail) = (FieldPath(context.codingPath), "must be \(Self.name(of: type))")
        case .valueNotFound(let type, let context):
            (path, detail) = (FieldPath(context.codingPath), "must be \(Self.name(of: type)), is null")
        case .keyNotFound(let key, let context):
            (path, detail) = (FieldPath(context.codingPath), "the field '\(key.stringValue)' is missing")
        case .dataCorrupted(let context):
            (path, detail) = (FieldPath(context.codingPath), context.debugDescription)
        @unknown default: (path, detail) = (FieldPath([]), "\(error)")
        }
    }

    private static func name(of type: any Any.Type) -> String {
        switch "\(type)" {
        case "String": "a string"
        case "Int", "Int64", "UInt64": "a whole number"
        case "Double": "a number"
        case "Bool": "true or false"
        case let name where name.hasPrefix("Array"): "a list"
        default: "an object"
        }
    }
}
