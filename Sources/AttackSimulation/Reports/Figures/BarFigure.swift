import MovingTarget

/// Groups of bars that lie, one below the other, so that their names have room; each with its interval and its value.
struct BarFigure {
    private let panel: Panel
    private let result: PanelResult
    private let format: ValueFormat

    private static let (barHeight, barGap, groupGap) = (13.0, 4.0, 14.0)
    private static let nameWidth = 200.0

    init(_ panel: Panel, _ result: PanelResult) {
        self.panel = panel
        self.result = result
        format = ValueFormat(panel)
    }

    /// A group of bars, with its name broken into lines.
    private struct Group {
        let step: String
        let lines: [String]
        let height: Double
    }

    private var groups: [Group] {
        let bars = Double(panel.series.count) * (Self.barHeight + Self.barGap) - Self.barGap
        return panel.x.steps.map { step in
            let lines = FigureText.lines(step.name, width: Self.nameWidth, size: FigureFrame.textSize)
            return Group(
                step: step.name, lines: lines, height: max(bars, Double(lines.count) * FigureFrame.textLeading))
        }
    }

    var svg: String {
        var drawing = Drawing(width: 780)
        let groups = groups
        let nameWidth = groups.flatMap(\.lines).map { FigureText.width($0, size: FigureFrame.textSize) }.max() ?? 0
        let values = result.points.compactMap { $0.y.map { format.text($0.value) } }
        let valueWidth = values.map { FigureText.width($0, size: FigureFrame.tickSize) }.max() ?? 0
        let left = FigureFrame.margin + nameWidth + 10
        let x = Scale(
            Scale.domain(of: panel, result), from: left,
            to: drawing.width - FigureFrame.margin - valueWidth - 10)
        let legend = legend(below: FigureFrame.head(panel, in: &drawing), in: &drawing)
        drawing.text([panel.x.label + ":"], x: FigureFrame.margin, y: legend + 18, ink: .muted)
        let top = marks(x, below: legend + 18, in: &drawing)
        let bottom = top + groups.reduce(0) { $0 + $1.height + Self.groupGap }
        grid(x, from: top, to: bottom, in: &drawing)
        var place = top + Self.groupGap / 2
        for group in groups {
            draw(group, x, top: place, left: left, in: &drawing)
            place += group.height + Self.groupGap
        }
        for mark in panel.marks {
            let place = x.place(of: mark.value)
            drawing.line([(place, top), (place, bottom)], ink: .text, dashes: "3 3")
        }
        return drawing.document(
            height: bottom + 52, title: panel.title, description: FigureFrame.description(of: panel, result))
    }

    /// The names of the series, where there are several.
    /// - Returns: where it ends.
    private func legend(below head: Double, in drawing: inout Drawing) -> Double {
        guard panel.series.count > 1 else { return head }
        var (x, y) = (FigureFrame.margin, head + 18)
        for (number, series) in panel.series.enumerated() {
            let width = FigureText.width(series.label, size: FigureFrame.textSize) + 22
            if x > FigureFrame.margin, x + width > drawing.width - FigureFrame.margin {
                (x, y) = (FigureFrame.margin, y + 19)
            }
            let style = SeriesStyle(number: number)
            drawing.box(x: x, y: y - 9, width: 14, height: 10, ink: style.ink, opacity: 0.55)
            drawing.marker(style, x: x + 14, y: y - 4)
            drawing.text([series.label], x: x + 22, y: y)
            x += width + 20
        }
        return y + 6
    }

    /// The names of the marks, each in a line of its own.
    /// - Returns: where they end, and the plot begins.
    private func marks(_ x: Scale, below head: Double, in drawing: inout Drawing) -> Double {
        for (number, mark) in panel.marks.enumerated() {
            let place = x.place(of: mark.value)
            let half = FigureText.width(mark.label, size: FigureFrame.tickSize) / 2
            let middle = min(max(place, FigureFrame.margin + half), drawing.width - FigureFrame.margin - half)
            drawing.text(
                [mark.label], x: middle, y: head + 16 + 15 * Double(number), size: FigureFrame.tickSize,
                anchor: .middle)
        }
        return head + 8 + (panel.marks.isEmpty ? 0 : 12 + 15 * Double(panel.marks.count - 1))
    }

    private func grid(_ x: Scale, from top: Double, to bottom: Double, in drawing: inout Drawing) {
        for tick in x.ticks(about: 6) {
            let place = x.place(of: tick)
            drawing.line([(place, top), (place, bottom)], ink: tick == 0 ? .muted : .grid)
            drawing.text(
                [format.tick(tick)], x: place, y: bottom + 17, size: FigureFrame.tickSize, ink: .muted, anchor: .middle)
        }
        let middle = (x.place(of: x.domain.lowerBound) + x.place(of: x.domain.upperBound)) / 2
        drawing.text([format.label(of: panel)], x: middle, y: bottom + 38, ink: .muted, anchor: .middle)
    }

    private func draw(_ group: Group, _ x: Scale, top: Double, left: Double, in drawing: inout Drawing) {
        let middle = top + group.height / 2
        let foot = middle + 4 - Double(group.lines.count - 1) * FigureFrame.textLeading / 2
        drawing.text(group.lines, x: left - 10, y: foot, anchor: .end, leading: FigureFrame.textLeading)
        let bars = Double(panel.series.count) * (Self.barHeight + Self.barGap) - Self.barGap
        var y = middle - bars / 2
        let zero = x.place(of: 0)
        for (number, series) in panel.series.enumerated() {
            let style = SeriesStyle(number: number)
            let line = y + Self.barHeight / 2
            if let estimate = result.point(of: series.label, at: group.step)?.y {
                let end = x.place(of: estimate.value)
                drawing.box(
                    x: min(zero, end), y: y, width: abs(end - zero), height: Self.barHeight, ink: style.ink,
                    opacity: 0.55)
                let (low, high) = (x.place(of: estimate.low), x.place(of: estimate.high))
                drawing.line([(low, line), (high, line)], ink: .text, width: 1.2)
                drawing.marker(style, x: end, y: line)
                drawing.text(
                    [format.text(estimate.value)], x: max(high, end, zero) + 8, y: line + 4, size: FigureFrame.tickSize)
            } else {
                drawing.text(["none"], x: zero + 8, y: line + 4, size: FigureFrame.tickSize, ink: .muted)
            }
            y += Self.barHeight + Self.barGap
        }
    }
}
