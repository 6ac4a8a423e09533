import MovingTarget

/// A panel's findings in words.
struct PanelWords {
    private let panel: Panel
    private let result: PanelResult
    private let format: ValueFormat

    init(_ panel: Panel, _ result: PanelResult) {
        self.panel = panel
        self.result = result
        format = ValueFormat(panel)
    }

    /// The headline, a table of values, and what can be seen of them.
    var paragraphs: [String] {
        let findings = extremes + peaks + marks
        return [
            "## \(panel.title.escapedForMarkdown)", "\(format.label(of: panel).escapedForMarkdown):".firstUpper, table,
        ]
            + (findings.isEmpty ? [] : [findings.map { "- \($0)" }.joined(separator: "\n")])
    }

    // MARK: The table

    /// The steps whose values are written out: all of bars and tables, and about five of a long line.
    private var steps: [Panel.Step] {
        let steps = panel.x.steps
        guard panel.form == .lines, steps.count > 8 else { return steps }
        return (0..<5).map { steps[$0 * (steps.count - 1) / 4] }
    }

    private var table: String {
        let isTurned = panel.series.count == 1
        let columns = isTurned ? panel.series.map(\.label) : steps.map(\.name)
        let rows = isTurned ? steps.map(\.name) : panel.series.map(\.label)
        var lines = [
            "| \(panel.x.label.escapedForMarkdown) | " + columns.map(\.escapedForMarkdown).joined(separator: " | ")
                + " |",
            "|" + String(repeating: "---|", count: columns.count + 1),
        ]
        for row in rows {
            let cells = columns.map { column in
                isTurned ? value(of: column, at: row) : value(of: row, at: column)
            }
            lines.append("| \(row.escapedForMarkdown) | \(cells.joined(separator: " | ")) |")
        }
        return lines.joined(separator: "\n")
    }

    private func value(of series: String, at step: String) -> String {
        result.point(of: series, at: step)?.y.map(format.text) ?? "none"
    }

    // MARK: Findings

    /// The highest and the lowest: of all series at each step that is written out, or of all steps where there is but one
    /// series.
    private var extremes: [String] {
        if panel.series.count == 1 {
            return sentence(about: result.points.map { ($0.step, $0.y) }, at: nil).map { [$0] } ?? []
        }
        return steps.compactMap { step in
            sentence(about: result.points.filter { $0.step == step.name }.map { ($0.series, $0.y) }, at: step)
        }
    }

    private func sentence(about entries: [(label: String, y: Estimate?)], at step: Panel.Step?) -> String? {
        let known = entries.compactMap { entry in entry.y.map { (label: entry.label, y: $0) } }
            .sorted { $0.y.value > $1.y.value }
        guard known.count > 1, let best = known.first, let worst = known.last else { return nil }
        let place = step.map { panel.form == .lines ? "At \($0.name)" : "At \($0.name.quoted)" } ?? "All together"
        guard best.y.low > worst.y.high else {
            return "\(place.escapedForMarkdown) the intervals of the highest and the lowest overlap: "
                + "\(describe(best)) and \(describe(worst))."
        }
        let high = known.dropFirst().filter { $0.y.high >= best.y.low }.map(\.label)
        let low = known.dropLast().filter { $0.y.low <= worst.y.high }.map(\.label)
        return "\(place.escapedForMarkdown) the highest is \(describe(best))\(alike(high)), the lowest "
            + "\(describe(worst))\(alike(low))."
    }

    private func describe(_ entry: (label: String, y: Estimate)) -> String {
        "\(entry.label.quoted.escapedForMarkdown) with \(format.text(entry.y))"
    }

    private func alike(_ labels: [String]) -> String {
        labels.isEmpty
            ? ""
            : ", whose interval overlaps with \(labels.count == 1 ? "that" : "those") of "
                + labels.map(\.quoted.escapedForMarkdown).joined(separator: ", ")
    }

    /// Lines that are highest in the middle: there going on in either direction helps.
    private var peaks: [String] {
        guard panel.form == .lines else { return [] }
        return panel.series.compactMap { series in
            let known = result.points(of: series.label).compactMap { point in point.y.map { (step: point.step, y: $0) }
            }
            guard let first = known.first, let last = known.last,
                let peak = known.max(by: { $0.y.value < $1.y.value }),
                peak.y.low > first.y.high, peak.y.low > last.y.high
            else { return nil }
            return "\(series.label.quoted.escapedForMarkdown) is highest at \(peak.step.escapedForMarkdown), with "
                + "\(format.text(peak.y))."
        }
    }

    /// Where each mark is met, and what that means.
    private var marks: [String] {
        panel.marks.map { mark in
            let title = "**\(mark.label.escapedForMarkdown)** (\(format.text(mark.value)))"
            let places = panel.form == .lines ? crossings(of: mark) : reached(mark)
            return "\(title): \(places.joined(separator: "; ")). \(mark.meaning.escapedForMarkdown)"
        }
    }

    private func crossings(of mark: Panel.Mark) -> [String] {
        result.crossings.filter { $0.mark == mark.label }.map { crossing in
            let series = crossing.series.quoted.escapedForMarkdown
            guard !crossing.x.isEmpty else {
                return "\(series) is \(crossing.isAlwaysAbove ? "at it or above" : "below it") everywhere"
            }
            return "\(series) meets it at \(crossing.x.map(\.short).joined(separator: " and "))"
        }
    }

    private func reached(_ mark: Panel.Mark) -> [String] {
        let points = result.points.filter { $0.y.map { $0.value >= mark.value } ?? false }
        guard !points.isEmpty else { return ["nothing reaches it"] }
        return [
            "reached by "
                + points.map { "\($0.series.quoted) at \($0.step.quoted)".escapedForMarkdown }.joined(separator: ", ")
        ]
    }
}

extension String {
    /// This text in quotation marks.
    fileprivate var quoted: String { "“\(self)”" }

    /// This text with a capital letter at its beginning.
    fileprivate var firstUpper: String { prefix(1).uppercased() + dropFirst() }
}
