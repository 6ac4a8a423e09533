import FleetModel

/// Tells the story of a move while it happens: each time it is shown the relocation, it has the lines that are new.
struct MoveProgress: Sendable {
    private var told: Set<Int> = []
    private var hasToldWay = false

    /// What is new since the last time.
    mutating func lines(for relocation: Relocation) -> [String] {
        var lines: [String] = []
        if !hasToldWay, relocation.destination != nil, relocation.state != .queued {
            hasToldWay = true
            lines.append("relocation \(relocation.id): \(relocation.container) moves \(relocation.way)")
        }
        for (index, step) in relocation.steps.enumerated() where step.state != .sent && !told.contains(index) {
            told.insert(index)
            lines.append(line(for: step))
        }
        return lines
    }

    private func line(for step: Step) -> String {
        let host = Self.padded(step.host.text, to: 12)
        let outcome =
            switch step.state {
            case .sent, .succeeded: step.measured
            case .failed: "failed after \(step.measured): \(step.failure.map(\.description) ?? "no reason was given")"
            case .lost: "no outcome after \(step.measured)"
            }
        return "  \(Self.padded(step.kind.rawValue, to: 10))  \(host)  \(outcome)"
    }

    private static func padded(_ text: String, to width: Int) -> String {
        text + String(repeating: " ", count: max(width - text.count, 0))
    }
}
