import FleetModel

extension Relocation {
    /// How it ended, or how far it is, in one sentence.
    var outcome: String {
        let target = destination.map { "to \($0)" } ?? "away"
        let because = failure.map { ": \($0)" } ?? ""
        return switch state {
        case .queued: "\(container) waits for its turn to leave \(source)\(destination.map { " for \($0)" } ?? "")"
        case .running: "\(container) is being moved from \(source) \(target)"
        case .rollingBack: "the move of \(container) \(target) is being undone\(because)"
        case .completed:
            "\(container) moved \(way)" + (pauseMilliseconds.map { ", pause \(Units.milliseconds($0))" } ?? "")
        case .failed: "\(container) stays on \(source), the move \(target) failed\(because)"
        case .rolledBack: "\(container) runs on \(source) again, the move \(target) was rolled back\(because)"
        case .stranded: "\(container) runs nowhere, its dump is kept\(because)"
        case .lost: "\(container) was lost with a host while it moved \(way)\(because)"
        case .cancelled: "the move of \(container) \(target) was cancelled" + (cancelledBy.map { " by \($0)" } ?? "")
        }
    }

    /// From where to where.
    var way: String { "\(source) → \(destination?.text ?? "?")" }

    /// From its first step to its end, in milliseconds.
    var tookMilliseconds: Double? {
        guard let startedAt, let endedAt else { return nil }
        return endedAt.seconds(since: startedAt) * 1000
    }
}

extension Step {
    /// How long it took, and the parts of it that the agent measured: `12.3 ms (frozen 11.8 ms)`.
    var measured: String {
        let parts = timings.parts.map { "\($0.part) \(Units.milliseconds($0.milliseconds))" }
        return Units.milliseconds(durationMilliseconds) + (parts.isEmpty ? "" : " (\(parts.joined(separator: ", ")))")
    }
}
