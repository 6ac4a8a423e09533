import FleetModel
import MovingTarget

/// How long moves took lately: what policies are checked against, and what a move to a host is expected to cost.
package struct MoveTimes: Sendable {
    private static let kept = 64
    /// What a pause is weighed against: one of this length costs half of the most.
    private static let halfCostSeconds = 1.0
    private var durations: [Double] = []
    private var pauses: [Double] = []
    private var pausesByHost: [HostName: Double] = [:]

    /// The median of the last moves in seconds, from the first step to the end; `nil` before the first.
    package var moveSeconds: Double? { Self.median(durations) }

    /// The median of their pauses in seconds.
    package var pauseSeconds: Double? { Self.median(pauses) }

    /// The stay below which no clock may go when a policy names none.
    package var defaultMinSeconds: Double { PolicyCheck.defaultMinSeconds(moveSeconds: moveSeconds) }

    /// Takes a completed move.
    package mutating func note(_ relocation: Relocation) {
        guard let start = relocation.startedAt, let end = relocation.endedAt else { return }
        Self.append(end.seconds(since: start), to: &durations)
        guard let pause = relocation.pauseMilliseconds, let destination = relocation.destination else { return }
        Self.append(pause / 1000, to: &pauses)
        let before = pausesByHost[destination] ?? pause / 1000
        pausesByHost[destination] = before + (pause / 1000 - before) / 8
    }

    /// What a move to a host costs, from 0 to below 1: the mean of its pauses, the last ones counting most, as a share.
    package func cost(of host: HostName) -> Double {
        let pause = pausesByHost[host] ?? 0
        return pause / (pause + Self.halfCostSeconds)
    }

    private static func append(_ value: Double, to values: inout [Double]) {
        values.append(value)
        if values.count > kept { values.removeFirst() }
    }

    private static func median(_ values: [Double]) -> Double? {
        values.isEmpty ? nil : values.sorted()[values.count / 2]
    }
}
