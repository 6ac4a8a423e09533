import MovingTarget

/// An SVG document that is being drawn.
struct Drawing {
    /// How wide it is.
    let width: Double
    private var elements: [String] = []

    init(width: Double) { self.width = width }

    /// The document, so many units high.
    func document(height: Double, title: String, description: String) -> String {
        let size = "width=\"\(width.place)\" height=\"\(height.place)\" viewBox=\"0 0 \(width.place) \(height.place)\""
        return """
            <svg xmlns="http://www.w3.org/2000/svg" \(size) role="img" \
            font-family="system-ui, 'Helvetica Neue', Arial, sans-serif">
            <title>\(title.escapedForXML)</title>
            <desc>\(description.escapedForXML)</desc>
            <rect width="\(width.place)" height="\(height.place)" fill="\(Ink.background.paint)"/>
            \(elements.joined(separator: "\n"))
            </svg>

            """
    }

    /// Where a text ends up beside its place.
    enum Anchor: String {
        case start, middle, end
    }

    /// Writes lines of text, the first with its foot at `y`.
    mutating func text(
        _ lines: [String], x: Double, y: Double, size: Double = 12, ink: Ink = .text, anchor: Anchor = .start,
        isBold: Bool = false, leading: Double? = nil
    ) {
        for (number, line) in lines.enumerated() {
            let place = "x=\"\(x.place)\" y=\"\((y + Double(number) * (leading ?? size * 1.2)).place)\""
            let weight = isBold ? " font-weight=\"600\"" : ""
            let side = anchor == .start ? "" : " text-anchor=\"\(anchor.rawValue)\""
            elements.append(
                "<text \(place) font-size=\"\(size.place)\"\(weight)\(side) fill=\"\(ink.paint)\">"
                    + "\(line.escapedForXML)</text>")
        }
    }

    /// Draws a line through points.
    mutating func line(
        _ points: [(x: Double, y: Double)], ink: Ink, width: Double = 1, dashes: String? = nil
    ) {
        let dashes = dashes.map { " stroke-dasharray=\"\($0)\"" } ?? ""
        elements.append(
            "<polyline points=\"\(Self.list(points))\" fill=\"none\" stroke=\"\(ink.paint)\" "
                + "stroke-width=\"\(width.place)\" stroke-linejoin=\"round\"\(dashes)/>")
    }

    /// Fills what points go around.
    mutating func area(_ points: [(x: Double, y: Double)], ink: Ink, opacity: Double = 1) {
        let opacity = opacity < 1 ? " fill-opacity=\"\(opacity.place)\"" : ""
        elements.append("<polygon points=\"\(Self.list(points))\" fill=\"\(ink.paint)\"\(opacity)/>")
    }

    /// Fills a rectangle.
    mutating func box(x: Double, y: Double, width: Double, height: Double, ink: Ink, opacity: Double = 1) {
        let opacity = opacity < 1 ? " fill-opacity=\"\(opacity.place)\"" : ""
        elements.append(
            "<rect x=\"\(x.place)\" y=\"\(y.place)\" width=\"\(width.place)\" height=\"\(height.place)\" "
                + "fill=\"\(ink.paint)\"\(opacity)/>")
    }

    /// Draws a series' marker, set off from what is below it.
    mutating func marker(_ style: SeriesStyle, x: Double, y: Double, radius: Double = 3) {
        let look = "fill=\"\(style.ink.paint)\" stroke=\"\(Ink.background.paint)\" stroke-width=\"0.8\""
        if let outline = style.marker(atX: x, y: y, radius: radius) {
            elements.append("<polygon points=\"\(Self.list(outline))\" \(look)/>")
        } else {
            elements.append("<circle cx=\"\(x.place)\" cy=\"\(y.place)\" r=\"\((radius * 1.1).place)\" \(look)/>")
        }
    }

    private static func list(_ points: [(x: Double, y: Double)]) -> String {
        points.map { "\($0.x.place),\($0.y.place)" }.joined(separator: " ")
    }
}

extension Double {
    /// A place in a figure, to a hundredth.
    fileprivate var place: String { ((self * 100).rounded() / 100 + 0).figure }
}
