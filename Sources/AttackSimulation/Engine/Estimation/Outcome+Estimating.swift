extension Outcome {
    /// What came of a scenario, from its blocks in their order.
    init(_ blocks: [BlockTally], of scenario: Scenario, clockFires: Bool) {
        func estimation(_ figure: KeyPath<BlockTally, Ratio>) -> Estimation? {
            Estimation(blocks.lazy.map { $0[keyPath: figure] })
        }
        let share = 0.0...1.0
        let nothing = Estimate(value: 0, low: 0, high: 0)
        var isTimed = true
        if case .stays = scenario.horizon { isTimed = clockFires }
        self.init(
            runs: blocks.reduce(0) { $0 + $1.runs }, resisted: estimation(\.resisted)?.proportion,
            survival: estimation(\.survival)?.proportion ?? nothing,
            survivalCurve: Self.curve(blocks, horizon: scenario.horizon),
            secondsToSuccess: isTimed ? estimation(\.secondsToSuccess)?.normal() : nil,
            successesPerHour: estimation(\.successes)?.scaled(by: 3600).normal(),
            besideSeconds: estimation(\.besideSeconds)?.normal() ?? nothing,
            besideShare: estimation(\.besideShare)?.normal(in: share),
            movesPerHour: estimation(\.movesPerSecond)?.scaled(by: 3600).normal(),
            moves: estimation(\.moves)?.normal() ?? nothing,
            downtimeShare: estimation(\.movesPerSecond)?.scaled(by: scenario.moves.pauseSeconds).normal(in: share),
            distinctHosts: estimation(\.distinctHosts)?.normal() ?? nothing,
            favouriteShare: estimation(\.favouriteShare)?.normal(in: share),
            entropyShare: estimation(\.entropyShare)?.normal(in: share),
            moveDifference: estimation(\.moveDifference)?.normal(in: share))
    }

    private static func curve(_ blocks: [BlockTally], horizon: Horizon) -> [SurvivalPoint] {
        guard case .seconds(let seconds) = horizon else { return [] }
        let points = BlockTally.curvePoints
        var left = blocks.map { Double($0.runs) }
        return (1...points).map { point in
            for (number, block) in blocks.enumerated() { left[number] -= Double(block.succeededBy[point - 1]) }
            let ratios = zip(blocks, left).map { Ratio(share: $1, of: Double($0.runs)) }
            return SurvivalPoint(
                seconds: seconds * Double(point) / Double(points),
                survival: Estimation(ratios)?.proportion ?? Estimate(value: 1, low: 1, high: 1))
        }
    }
}
