/// Rows of aligned columns under a header in upper case.
struct Table: Sendable {
    /// A column.
    struct Column: Sendable {
        /// What stands above it.
        var title: String
        /// Whether its values end at the same place, as numbers do.
        var isRightAligned = false

        /// A column of words.
        static func words(_ title: String) -> Column { Column(title: title) }
        /// A column of numbers.
        static func numbers(_ title: String) -> Column { Column(title: title, isRightAligned: true) }
    }

    /// What stands at one place.
    struct Cell: Sendable, Hashable, ExpressibleByStringLiteral, ExpressibleByStringInterpolation {
        /// The text.
        var text: String
        /// How it is to strike the eye.
        var tone: Tone

        /// A text; `-` when there is none.
        init(_ value: (some CustomStringConvertible)?, _ tone: Tone = .plain) {
            let text = (value?.description ?? "").printable
            self.text = text.isEmpty ? Units.nothing : text
            self.tone = text.isEmpty ? .plain : tone
        }

        /// A plain text.
        init(stringLiteral text: String) { self.init(text) }
    }

    /// The columns.
    let columns: [Column]
    /// The rows, each with one cell for each column.
    let rows: [[Cell]]

    /// The table as text, each line with its end. Nothing follows the last value of a line.
    func text(in style: Style) -> String {
        let header = columns.map { Cell($0.title.uppercased(), .strong) }
        let lines = [header] + rows
        let widths = columns.indices.map { column in lines.map { $0[column].text.count }.max() ?? 0 }
        return lines.map { line(of: $0, widths, style) + "\n" }.joined()
    }

    private func line(of cells: [Cell], _ widths: [Int], _ style: Style) -> String {
        var line = ""
        for (index, cell) in cells.enumerated() {
            let padding = String(repeating: " ", count: widths[index] - cell.text.count)
            let isLast = index == cells.count - 1
            if columns[index].isRightAligned { line += padding }
            line += style.paint(cell.text, cell.tone)
            if !columns[index].isRightAligned, !isLast { line += padding }
            if !isLast { line += "  " }
        }
        return line
    }
}
