import MovingTarget

/// A result as a table for other programs (RFC 4180): a row for each point, with its place, what is shown, and every figure
/// of its outcome with the ends of its interval. A figure that an outcome does not have is an empty field.
public struct CSVReport: Sendable {
    private let result: ExperimentResult

    /// The table of a result.
    public init(_ result: ExperimentResult) { self.result = result }

    /// The columns' names.
    public static var header: [String] {
        ["panel", "series", "step", "x", "y", "yLow", "yHigh", "runs"]
            + Measure.allCases.flatMap { [$0.rawValue, "\($0.rawValue)Low", "\($0.rawValue)High"] }
    }

    /// The table, with lines that end in CR LF.
    public var text: String {
        let rows = result.panels.flatMap { panel in panel.points.map { Self.row($0, of: panel.panel) } }
        return ([Self.header] + rows).map { $0.map(Self.field).joined(separator: ",") + "\r\n" }.joined()
    }

    private static func row(_ point: PanelResult.Point, of panel: String) -> [String] {
        [panel, point.series, point.step, point.x?.figure ?? ""] + fields(point.y) + ["\(point.outcome.runs)"]
            + Measure.allCases.flatMap { fields($0.estimate(in: point.outcome)) }
    }

    private static func fields(_ estimate: Estimate?) -> [String] {
        guard let estimate else { return ["", "", ""] }
        return [estimate.value.figure, estimate.low.figure, estimate.high.figure]
    }

    /// A field, in quotes where it has to be.
    private static func field(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 == 0x22 || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}
