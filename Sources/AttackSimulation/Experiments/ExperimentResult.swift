/// What came of an experiment. The same experiment, runs and seed give the same result, whatever the machine's threads.
public struct ExperimentResult: Codable, Sendable, Hashable {
    /// What was asked.
    public var experiment: Experiment
    /// How many runs each point had.
    public var runs: Int
    /// The seed.
    public var seed: UInt64
    /// The program's version.
    public var version: String
    /// The figures, in the experiment's order.
    public var panels: [PanelResult]

    /// A result.
    public init(experiment: Experiment, runs: Int, seed: UInt64, version: String, panels: [PanelResult]) {
        self.experiment = experiment
        self.runs = runs
        self.seed = seed
        self.version = version
        self.panels = panels
    }
}

/// What came of a figure's points.
public struct PanelResult: Codable, Sendable, Hashable {
    /// The panel's name.
    public var panel: String
    /// All points, series by series and step by step.
    public var points: [Point]
    /// Where lines meet marks; none for bars and tables.
    public var crossings: [Crossing]

    /// A point.
    public struct Point: Codable, Sendable, Hashable {
        /// The series' label.
        public var series: String
        /// The step's name.
        public var step: String
        /// Where on the axis it is; `nil` for bars.
        public var x: Double?
        /// What is shown: the panel's figure, or how it compares with the baseline, whose own points are exactly 0 then.
        /// `nil` where the outcome has no such figure, or a gain over nothing is asked for.
        public var y: Estimate?
        /// Everything that came of it.
        public var outcome: Outcome

        /// A point.
        public init(series: String, step: String, x: Double?, y: Estimate?, outcome: Outcome) {
            self.series = series
            self.step = step
            self.x = x
            self.y = y
            self.outcome = outcome
        }
    }

    /// Where a line meets a mark, by straight lines between points, on a logarithmic axis in its logarithm.
    public struct Crossing: Codable, Sendable, Hashable {
        /// The series' label.
        public var series: String
        /// The mark's label.
        public var mark: String
        /// The places on the axis from left to right; empty when the line is always above or always below.
        public var x: [Double]
        /// Whether all of the line is at the mark or above it.
        public var isAlwaysAbove: Bool

        /// Where a line meets a mark.
        public init(series: String, mark: String, x: [Double], isAlwaysAbove: Bool) {
            self.series = series
            self.mark = mark
            self.x = x
            self.isAlwaysAbove = isAlwaysAbove
        }
    }
}
