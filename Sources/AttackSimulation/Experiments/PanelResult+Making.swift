extension PanelResult {
    /// Makes the result of a panel of what came of its points, series by series and step by step.
    init(_ panel: Panel, outcomes: [Outcome]) {
        let steps = panel.x.steps
        let measured = outcomes.map { panel.y.measure.estimate(in: $0) }
        let baseline = panel.baseline.flatMap { baseline in
            panel.series.firstIndex { $0.label == baseline.series }.map { (series: $0, shows: baseline.shows) }
        }
        var points: [Point] = []
        for (number, outcome) in outcomes.enumerated() {
            let (series, step) = (number / steps.count, number % steps.count)
            var y = measured[number]
            if let baseline {
                let other = measured[baseline.series * steps.count + step]
                y =
                    series == baseline.series
                    ? y.map { _ in Estimate(value: 0, low: 0, high: 0) }
                    : y.flatMap { y in other.flatMap { y.compared(with: $0, as: baseline.shows) } }
            }
            points.append(
                Point(
                    series: panel.series[series].label, step: steps[step].name, x: steps[step].value, y: y,
                    outcome: outcome))
        }
        self.init(panel: panel.name, points: points, crossings: [])
        guard panel.form == .lines else { return }
        crossings = panel.series.flatMap { series in
            panel.marks.compactMap { mark in
                Line(self.points(of: series.label)).crossing(
                    mark.value, isLogarithmic: panel.x.isLogarithmic
                ).map {
                    Crossing(series: series.label, mark: mark.label, x: $0.places, isAlwaysAbove: $0.isAlwaysAbove)
                }
            }
        }
    }

    /// The points of a series, from left to right.
    public func points(of series: String) -> [Point] { points.filter { $0.series == series } }

    /// The point of a series at a step.
    public func point(of series: String, at step: String) -> Point? {
        points.first { $0.series == series && $0.step == step }
    }
}
