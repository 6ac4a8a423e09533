/// One thing with its properties below each other, names left, values right.
struct Details: Sendable {
    /// The names and values. Later lines of a value stand below its first.
    var lines: [(name: String, value: Table.Cell)] = []

    /// Adds a property.
    mutating func add(_ name: String, _ value: (some CustomStringConvertible)?, _ tone: Tone = .plain) {
        lines.append((name, Table.Cell(value, tone)))
    }

    /// Adds a property that is not worth a line when there is nothing to it.
    mutating func addIfAny(_ name: String, _ value: (some CustomStringConvertible)?, _ tone: Tone = .plain) {
        guard let value, !value.description.isEmpty else { return }
        add(name, value, tone)
    }

    /// Adds a property with several values, each on its line.
    mutating func add(_ name: String, lines values: [String], _ tone: Tone = .plain) {
        for (index, value) in values.enumerated() { add(index == 0 ? name : "", value, tone) }
    }

    /// The properties as text, each line with its end.
    func text(in style: Style) -> String {
        let width = lines.map(\.name.count).max() ?? 0
        return lines.map { name, value in
            let padding = String(repeating: " ", count: width - name.count)
            return style.paint(name, .strong) + padding + "  " + style.paint(value.text, value.tone) + "\n"
        }.joined()
    }
}
