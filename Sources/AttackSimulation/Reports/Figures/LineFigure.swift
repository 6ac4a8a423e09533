import MovingTarget

/// Lines with the intervals around them, labelled at their right ends.
struct LineFigure {
    private let panel: Panel
    private let result: PanelResult
    private let format: ValueFormat

    init(_ panel: Panel, _ result: PanelResult) {
        self.panel = panel
        self.result = result
        format = ValueFormat(panel)
    }

    /// Something with a label: a series, or a mark.
    private struct Entry {
        let style: SeriesStyle?
        let lines: [String]
        let value: Double?
    }

    private static let labelWidth = 190.0
    /// From the plot's edge to a label's text.
    private static let swatchWidth = 52.0

    private var entries: [Entry] {
        func lines(_ text: String) -> [String] {
            FigureText.lines(text, width: Self.labelWidth, size: FigureFrame.textSize)
        }
        return panel.series.enumerated().map { number, series in
            let last = result.points(of: series.label).last { $0.y != nil }
            return Entry(style: SeriesStyle(number: number), lines: lines(series.label), value: last?.y?.value)
        } + panel.marks.map { Entry(style: nil, lines: lines($0.label), value: $0.value) }
    }

    var svg: String {
        var drawing = Drawing(width: 780)
        let entries = entries
        let heights = entries.map { Double($0.lines.count) * FigureFrame.textLeading + 4 }
        let texts = entries.flatMap(\.lines).map { FigureText.width($0, size: FigureFrame.textSize) }
        let head = FigureFrame.head(panel, in: &drawing)
        drawing.text([format.label(of: panel)], x: FigureFrame.margin, y: head + 16, ink: .muted)
        let domain = Scale.domain(of: panel, result)
        let ticks = Scale(domain, from: 0, to: 1).ticks(about: 5)
        let ticksWidth = ticks.map { FigureText.width(format.tick($0), size: FigureFrame.tickSize) }.max() ?? 0
        let left = FigureFrame.margin + ticksWidth + 8
        let right = drawing.width - FigureFrame.margin - Self.swatchWidth - (texts.max() ?? 0)
        let top = head + 32
        let bottom = top + max(300, heights.reduce(0, +))
        let y = Scale(domain, from: bottom, to: top)
        let values = panel.x.steps.compactMap(\.value)
        let x = Scale(
            (values.first ?? 0)...(values.last ?? 1), from: left, to: right, isLogarithmic: panel.x.isLogarithmic)

        grid(ticks, x, y, left: left, right: right, in: &drawing)
        for mark in panel.marks {
            let place = y.place(of: mark.value)
            drawing.line([(left, place), (right, place)], ink: .text, dashes: "3 3")
        }
        for (number, series) in panel.series.enumerated() {
            draw(result.points(of: series.label), SeriesStyle(number: number), x, y, in: &drawing)
        }
        label(entries, heights, y, right: right, in: &drawing)
        return drawing.document(
            height: bottom + 52, title: panel.title, description: FigureFrame.description(of: panel, result))
    }

    private func grid(
        _ ticks: [Double], _ x: Scale, _ y: Scale, left: Double, right: Double, in drawing: inout Drawing
    ) {
        for tick in ticks {
            let place = y.place(of: tick)
            drawing.line([(left, place), (right, place)], ink: tick == 0 ? .muted : .grid)
            drawing.text(
                [format.tick(tick)], x: left - 6, y: place + 4, size: FigureFrame.tickSize, ink: .muted, anchor: .end)
        }
        let (top, bottom) = (y.place(of: y.domain.upperBound), y.place(of: y.domain.lowerBound))
        var free = -Double.infinity
        for tick in x.ticks(about: 8) {
            let place = x.place(of: tick)
            drawing.line([(place, bottom), (place, bottom + 4)], ink: .muted)
            let half = FigureText.width(tick.figure, size: FigureFrame.tickSize) / 2
            guard place - half > free else { continue }
            free = place + half + 6
            drawing.text(
                [tick.figure], x: place, y: bottom + 17, size: FigureFrame.tickSize, ink: .muted, anchor: .middle)
        }
        drawing.line([(left, top), (left, bottom)], ink: .grid)
        drawing.line([(left, bottom), (right, bottom)], ink: .muted)
        drawing.text([panel.x.label], x: (left + right) / 2, y: bottom + 38, ink: .muted, anchor: .middle)
    }

    private func draw(
        _ points: [PanelResult.Point], _ style: SeriesStyle, _ x: Scale, _ y: Scale, in drawing: inout Drawing
    ) {
        let pieces = points.split { $0.x == nil || $0.y == nil }
        for piece in pieces {
            let places = piece.compactMap { point in
                point.x.flatMap { value in point.y.map { (x: x.place(of: value), estimate: $0) } }
            }
            let band =
                places.map { (x: $0.x, y: y.place(of: $0.estimate.high)) }
                + places.reversed().map { (x: $0.x, y: y.place(of: $0.estimate.low)) }
            drawing.area(band, ink: style.ink, opacity: 0.2)
            let line = places.map { (x: $0.x, y: y.place(of: $0.estimate.value)) }
            drawing.line(line, ink: style.ink, width: 1.8, dashes: style.dashes)
            for place in line { drawing.marker(style, x: place.x, y: place.y) }
        }
    }

    private func label(
        _ entries: [Entry], _ heights: [Double], _ y: Scale, right: Double, in drawing: inout Drawing
    ) {
        let (top, bottom) = (y.place(of: y.domain.upperBound), y.place(of: y.domain.lowerBound))
        let anchors = entries.map { $0.value.map(y.place(of:)) ?? bottom }
        let column = LabelColumn(
            zip(anchors, heights).map { LabelColumn.Label(anchor: $0, height: $1) }, within: top - 8...bottom + 8)
        for (number, entry) in entries.enumerated() {
            let (anchor, middle) = (anchors[number], column.middles[number])
            let ink = entry.style?.ink ?? .text
            if entry.value != nil {
                drawing.line([(right + 4, anchor), (right + 17, middle)], ink: ink, width: 0.8)
            }
            drawing.line(
                [(right + 17, middle), (right + 46, middle)], ink: ink, width: entry.style == nil ? 1 : 1.8,
                dashes: entry.style == nil ? "3 3" : entry.style?.dashes)
            if let style = entry.style { drawing.marker(style, x: right + 31.5, y: middle) }
            let foot = middle + 4 - Double(entry.lines.count - 1) * FigureFrame.textLeading / 2
            drawing.text(entry.lines, x: right + Self.swatchWidth, y: foot, leading: FigureFrame.textLeading)
        }
    }
}
