import FleetModel

@testable import AttackSimulation

/// Experiments and outcomes with only what a test cares about.
enum MadeUp {
    /// An experiment of one panel, as somebody would write it.
    static func json(
        base: String = "{}", panel: String = "{}",
        series: String = #"[{"label":"one"}]"#, steps: String = #"[{"label":"first"}]"#, more: String = ""
    ) -> [UInt8] {
        Array(
            """
            {"name":"test","title":"Title","question":"Question?","base":\(base),"panels":[{"name":"panel",\
            "title":"Panel","change":\(panel),"x":{"label":"x","steps":\(steps)},\
            "y":{"measure":"survival","label":"y"},"series":\(series)\(more)}]}
            """.utf8)
    }

    static func estimate(_ value: Double, _ half: Double = 0) -> Estimate {
        Estimate(value: value, low: value - half, high: value + half)
    }

    /// An outcome with this share of survivors, and no attempts or moves.
    static func outcome(survival: Estimate, runs: Int = 100) -> Outcome {
        let none = Estimate(value: 0, low: 0, high: 0)
        return Outcome(
            runs: runs, resisted: nil, survival: survival, survivalCurve: [], secondsToSuccess: nil,
            successesPerHour: nil, besideSeconds: none, besideShare: nil, movesPerHour: nil, moves: none,
            downtimeShare: nil, distinctHosts: none, favouriteShare: nil, entropyShare: nil, moveDifference: nil)
    }

    /// A panel of lines through these values of survival.
    static func panel(
        at x: [Double], isLogarithmic: Bool = false, series: [String] = ["one"], marks: [Panel.Mark] = [],
        baseline: Panel.Baseline? = nil
    ) -> Panel {
        Panel(
            name: "panel", title: "Panel",
            x: Panel.Axis(label: "x", steps: x.map { Panel.Step(value: $0) }, isLogarithmic: isLogarithmic),
            y: Panel.Quantity(measure: .survival, label: "share that survives"),
            series: series.map { Panel.Series(label: $0) }, marks: marks, baseline: baseline)
    }

    /// What comes of a panel with these values of survival, series by series.
    static func result(_ panel: Panel, _ values: [[Estimate]]) -> PanelResult {
        PanelResult(panel, outcomes: values.joined().map { outcome(survival: $0) })
    }

    /// The result of an experiment with one panel.
    static func whole(_ panel: Panel, _ values: [[Estimate]]) -> ExperimentResult {
        ExperimentResult(
            experiment: Experiment(
                name: "test", title: "Title", question: "Question?", panels: [panel], notes: ["A note."]),
            runs: 100, seed: 7, version: "1.2.3", panels: [result(panel, values)])
    }
}
