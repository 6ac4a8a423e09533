import HTTPTypes

/// Writes header fields. A value with CR, LF, NUL or another control character is an error here, whoever made it: it
/// could end the field and begin another one (response splitting).
enum FieldSerializer {
    static func append(_ field: HTTPField, to bytes: inout [UInt8]) throws(HTTPError) {
        append(name: field.name, to: &bytes)
        let start = bytes.count
        bytes.append(text: field.value)
        for index in start..<bytes.count where !Characters.isFieldValue(bytes[index]) {
            throw HTTPError(.invalidHeader, "the value of \(field.name) contains a control character")
        }
        bytes.append("\r\n")
    }

    private static func append(name: HTTPField.Name, to bytes: inout [UInt8]) {
        bytes.append(text: name.rawName)
        bytes.append(": ")
    }
}
