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
    /// The figures.
    public var panels: [PanelResult]
}

/// What came of a figure's points.
public struct PanelResult: Codable, Sendable, Hashable {
    /// The panel's name.
    public var panel: String
    /// All points, series by series and step by step.
    public var points: [Point]
    /// Where lines meet marks.
    public var crossings: [Crossing]

    /// A point.
    public struct Point: Codable, Sendable, Hashable {
        /// The series' label.
        public var series: String
        /// The step's label.
        public var step: String
        /// Where on the axis it is; `nil` for bars.
        public var x: Double?
        /// What is shown; `nil` where the outcome has no such figure.
        public var y: Estimate?
        /// Everything that came of it.
        public var outcome: Outcome
    }

    /// Where a line meets a mark, by straight lines between points.
    public struct Crossing: Codable, Sendable, Hashable {
        /// The series' label.
        public var series: String
        /// The mark's label.
        public var mark: String
        /// The places on the axis from left to right; empty when the line is always above or always below.
        public var x: [Double]
        /// Whether all of the line is at the mark or above it.
        public var isAlwaysAbove: Bool
    }
}
