import FleetModel

/// What `/etc/os-release` says (os-release(5)).
struct OSRelease: Sendable, Hashable {
    /// The assignments, unquoted.
    let values: [String: String]

    /// Parses the file. Lines that are no assignments do not count.
    init(_ text: String) {
        var values: [String: String] = [:]
        for line in text.split(whereSeparator: \.isNewline) {
            let line = line.trimmingWhitespace()
            guard !line.hasPrefix("#"), let sign = line.firstIndex(of: "=") else { continue }
            values[String(line[..<sign])] = Self.unquoted(line[line.index(after: sign)...])
        }
        self.values = values
    }

    /// `id`, `version` and `family`; `nil` when the file does not say which distribution it is.
    ///
    /// The family is the farthest ancestor, the last word of `ID_LIKE`, or the distribution itself: Ubuntu and Debian
    /// are of the family `debian`, Rocky Linux and Fedora of `fedora`.
    var attribute: AttributeValue? {
        guard let id = values["ID"], !id.isEmpty else { return nil }
        var table = ["id": id, "family": values["ID_LIKE"]?.split(separator: " ").last.map(String.init) ?? id]
        // Distributions without releases have none.
        if let version = values["VERSION_ID"], !version.isEmpty { table["version"] = version }
        return .table(table)
    }

    private static func unquoted(_ text: Substring) -> String {
        var text = text
        if let quote = text.first, quote == "\"" || quote == "'", text.count > 1, text.last == quote {
            text = text.dropFirst().dropLast()
            if quote == "'" { return String(text) }
        }
        var result = ""
        var isEscaped = false
        for character in text {
            if character == "\\", !isEscaped {
                isEscaped = true
            } else {
                result.append(character)
                isEscaped = false
            }
        }
        return result
    }
}
