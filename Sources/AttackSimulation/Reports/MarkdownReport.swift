import MovingTarget

/// A result in words, as Markdown. Every number in it comes from the result.
public struct MarkdownReport: Sendable {
    private let result: ExperimentResult
    private let command: String

    /// The words for a result.
    /// - Parameter command: what gives the same result again.
    public init(_ result: ExperimentResult, command: String) {
        self.result = result
        self.command = command
    }

    /// The report.
    public var text: String {
        let experiment = result.experiment
        let points = result.panels.reduce(0) { $0 + $1.points.count }
        var parts = [
            "# \(experiment.title.escapedForMarkdown)", experiment.question.escapedForMarkdown,
            "\(result.runs) runs of each of \(points) \(points == 1 ? "point" : "points") with seed \(result.seed), by "
                + "version \(result.version). The intervals in brackets hold the true value in 95 of 100 cases. The same "
                + "again:",
            "    \(command)",
        ]
        for (panel, panelResult) in zip(experiment.panels, result.panels) {
            parts += PanelWords(panel, panelResult).paragraphs
        }
        if !experiment.notes.isEmpty {
            parts.append("## What is assumed")
            parts.append(experiment.notes.map { "- \($0.escapedForMarkdown)" }.joined(separator: "\n"))
        }
        return parts.joined(separator: "\n\n") + "\n"
    }
}

extension String {
    /// This text for a line of Markdown, in which nothing of it has a meaning.
    var escapedForMarkdown: String {
        var text = ""
        for character in self {
            if character.isNewline {
                text += " "
            } else {
                if "\\`*_[]<>|".contains(character) { text += "\\" }
                text.append(character)
            }
        }
        return text
    }
}
