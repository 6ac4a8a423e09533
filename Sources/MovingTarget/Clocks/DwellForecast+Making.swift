import FleetModel

extension DwellForecast {
    static let quantileShares = [0.05, 0.25, 0.5, 0.75, 0.95, 0.99]

    /// Looks ahead.
    /// - Parameters:
    ///   - policy: Must be valid.
    ///   - defaultMinSeconds: The shortest stay if the policy names none.
    ///   - moveSeconds: How long a move takes, from its first step to its last.
    ///   - pauseSeconds: How long a container does not answer in a move.
    public init(_ policy: Policy, defaultMinSeconds: Double = 1, moveSeconds: Double = 0, pauseSeconds: Double = 0) {
        let clock = RelocationClock(policy, defaultMinSeconds: defaultMinSeconds)
        let downtimeShare =
            clock.meanSeconds.map { pauseSeconds > 0 ? pauseSeconds / ($0 + pauseSeconds) : 0 } ?? 0
        self.init(
            meanSeconds: clock.meanSeconds, minSeconds: clock.fires ? clock.minimumSeconds : nil,
            maxSeconds: clock.maximumSeconds,
            quantiles: Self.quantileShares.compactMap { share in
                clock.quantile(share).map { Quantile(share: share, seconds: $0) }
            },
            curve: clock.survivalCurve,
            // Time is kept in milliseconds, so nothing repeats more often.
            movesPerHour: clock.meanSeconds.map { 3600 / max(0.001, $0 + moveSeconds) } ?? 0,
            downtimeShare: downtimeShare, entropyNats: clock.entropy,
            attacks: AttackForecast.all(against: clock, assumed: policy.assumedAttackSeconds),
            warnings: DwellWarnings(policy: policy, clock: clock, downtimeShare: downtimeShare).all)
    }
}

extension RelocationClock {
    /// The curve of P(D' > t), up to the longest stay or to where next to nothing of it is left.
    var survivalCurve: [DwellForecast.Point] {
        guard let nearlyAll = quantile(0.99) else { return [] }
        let limit = 1.25 * nearlyAll
        let end = min(maximumSeconds ?? limit, limit)
        let steps = 96
        let jumps = [minimumSeconds, end].filter { reach($0) - survival($0) > 1e-6 }
        let grid = (0...steps).map { Double($0) / Double(steps) * end }.filter { !jumps.contains($0) }
        let points =
            grid.map { DwellForecast.Point(seconds: $0, survival: survival($0)) }
            + jumps.flatMap {
                [
                    DwellForecast.Point(seconds: $0, survival: reach($0)),
                    DwellForecast.Point(seconds: $0, survival: survival($0)),
                ]
            }
        return Set(points).sorted { ($0.seconds, -$0.survival) < ($1.seconds, -$1.survival) }
    }
}
