/// A table: a row for each series and a column for each step, with the values written into cells that are the darker the
/// greater they are.
struct TableFigure {
    private let panel: Panel
    private let result: PanelResult
    private let format: ValueFormat

    private static let (rowHeight, gap) = (36.0, 2.0)
    private static let nameWidth = 210.0

    init(_ panel: Panel, _ result: PanelResult) {
        self.panel = panel
        self.result = result
        format = ValueFormat(panel)
    }

    var svg: String {
        let names = panel.series.map {
            FigureText.lines($0.label, width: Self.nameWidth, size: FigureFrame.textSize)
        }
        let nameWidth = names.joined().map { FigureText.width($0, size: FigureFrame.textSize) }.max() ?? 0
        let left = FigureFrame.margin + nameWidth + 12
        let cell = max(cellWidth, (780 - FigureFrame.margin - left) / Double(max(panel.x.steps.count, 5)))
        let width = max(780, left + cell * Double(panel.x.steps.count) + FigureFrame.margin)
        var drawing = Drawing(width: width)
        let head = FigureFrame.head(panel, in: &drawing)
        drawing.text([format.label(of: panel)], x: FigureFrame.margin, y: head + 16, ink: .muted)
        drawing.text([panel.x.label], x: left, y: head + 38, size: FigureFrame.tickSize, ink: .muted)
        let top = headings(from: head + 56, left: left, cell: cell, in: &drawing)
        let domain = Scale.domain(of: panel, result)
        for (row, series) in panel.series.enumerated() {
            let y = top + Double(row) * Self.rowHeight
            let foot = y + Self.rowHeight / 2 + 4 - Double(names[row].count - 1) * FigureFrame.textLeading / 2
            drawing.text(names[row], x: left - 12, y: foot, anchor: .end, leading: FigureFrame.textLeading)
            for (column, step) in panel.x.steps.enumerated() {
                draw(
                    result.point(of: series.label, at: step.name)?.y, in: domain,
                    x: left + Double(column) * cell, y: y, width: cell, in: &drawing)
            }
        }
        return drawing.document(
            height: top + Double(panel.series.count) * Self.rowHeight + FigureFrame.margin, title: panel.title,
            description: FigureFrame.description(of: panel, result))
    }

    /// As wide as the widest interval and heading need it.
    private var cellWidth: Double {
        let intervals = result.points.compactMap { $0.y.map { FigureText.width(format.interval($0), size: 10) } }
        let words = panel.x.steps.flatMap { $0.name.split(separator: " ") }
            .map { FigureText.width(String($0), size: FigureFrame.textSize) }
        return max(intervals.max() ?? 0, words.max() ?? 0) + 14
    }

    /// - Returns: where the rows begin.
    private func headings(from y: Double, left: Double, cell: Double, in drawing: inout Drawing) -> Double {
        let headings = panel.x.steps.map { FigureText.lines($0.name, width: cell - 8, size: FigureFrame.textSize) }
        let most = headings.map(\.count).max() ?? 1
        for (column, lines) in headings.enumerated() {
            drawing.text(
                lines, x: left + (Double(column) + 0.5) * cell,
                y: y + Double(most - lines.count) * FigureFrame.textLeading, anchor: .middle,
                leading: FigureFrame.textLeading)
        }
        return y + Double(most - 1) * FigureFrame.textLeading + 9
    }

    private func draw(
        _ estimate: Estimate?, in domain: ClosedRange<Double>, x: Double, y: Double, width: Double,
        in drawing: inout Drawing
    ) {
        let middle = x + (width - Self.gap) / 2
        guard let estimate else {
            drawing.text(["none"], x: middle, y: y + 22, size: FigureFrame.tickSize, ink: .muted, anchor: .middle)
            return
        }
        let share = (estimate.value - domain.lowerBound) / max(domain.upperBound - domain.lowerBound, 1e-9)
        drawing.box(
            x: x, y: y, width: width - Self.gap, height: Self.rowHeight - Self.gap, ink: .series(0),
            opacity: 0.04 + 0.46 * share)
        drawing.text([format.text(estimate.value)], x: middle, y: y + 16, anchor: .middle)
        drawing.text([format.interval(estimate)], x: middle, y: y + 29, size: 10, anchor: .middle)
    }
}
