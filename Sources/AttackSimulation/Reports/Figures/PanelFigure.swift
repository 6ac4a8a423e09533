/// A panel's figure as an SVG document. It can stand alone, or be put into a page as it is: the page may then set the custom
/// properties `--figure-background`, `--figure-ink`, `--figure-muted`, `--figure-grid` and `--figure-series-1` to `-7`.
public struct PanelFigure: Sendable {
    private let panel: Panel
    private let result: PanelResult

    /// The figure of a panel.
    public init(_ panel: Panel, _ result: PanelResult) {
        self.panel = panel
        self.result = result
    }

    /// The figures of a result, in order.
    public static func all(of result: ExperimentResult) -> [(panel: Panel, figure: PanelFigure)] {
        zip(result.experiment.panels, result.panels).map { ($0, PanelFigure($0, $1)) }
    }

    /// The document.
    public var svg: String {
        switch panel.form {
        case .lines: LineFigure(panel, result).svg
        case .bars: BarFigure(panel, result).svg
        case .table: TableFigure(panel, result).svg
        }
    }
}

/// What all figures have in common.
struct FigureFrame {
    static let margin = 16.0
    static let (titleSize, titleLeading) = (15.0, 20.0)
    static let (textSize, textLeading) = (12.0, 15.0)
    static let tickSize = 11.0

    /// Writes the headline.
    /// - Returns: where it ends.
    static func head(_ panel: Panel, in drawing: inout Drawing) -> Double {
        let lines = FigureText.lines(
            panel.title, width: drawing.width - 2 * margin, size: titleSize, isBold: true)
        drawing.text(lines, x: margin, y: margin + titleSize, size: titleSize, isBold: true, leading: titleLeading)
        return margin + Double(lines.count) * titleLeading
    }

    /// What the figure shows, for those who do not see it.
    static func description(of panel: Panel, _ result: PanelResult) -> String {
        let format = ValueFormat(panel)
        let series = panel.series.map { series in
            let values = result.points(of: series.label).map { point in
                "\(point.step): \(point.y.map { format.text($0.value) } ?? "none")"
            }
            return "\(series.label): \(values.joined(separator: ", "))."
        }
        return "\(format.label(of: panel)) by \(panel.x.label). " + series.joined(separator: " ")
    }
}
