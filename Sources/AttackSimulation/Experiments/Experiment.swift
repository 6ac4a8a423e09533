import FleetModel

/// A question that is put to the simulator, as data: a file of `Experiments`, one that somebody wrote, or one that was made
/// of a live fleet.
///
/// All that differs between points is written as changes of one scenario: objects that are laid over its JSON.
public struct Experiment: Codable, Sendable, Hashable {
    /// Its name, a DNS label such as `time-migration`.
    public var name: String
    /// A headline.
    public var title: String
    /// What it asks, in plain words.
    public var question: String
    /// How many runs each point has, and the seed, unless somebody says otherwise.
    public var runs: Int
    public var seed: UInt64
    /// What all points have in common: the fields of a `Scenario`; those left out have its defaults.
    public var base: JSONValue
    /// The figures.
    public var panels: [Panel]
    /// What is assumed, and what does not follow, in plain words.
    public var notes: [String]
}

/// A figure: lines or groups of bars.
public struct Panel: Codable, Sendable, Hashable {
    /// Its name within the experiment, a DNS label.
    public var name: String
    /// A headline.
    public var title: String
    /// What is laid over the experiment's base for all its points.
    public var change: JSONValue?
    /// What differs from left to right.
    public var x: Axis
    /// What is shown.
    public var y: Quantity
    /// What differs between lines.
    public var series: [Series]
    /// Values of y to look for.
    public var marks: [Mark]
    /// A series with which the others are compared.
    public var baseline: Baseline?

    /// What differs from left to right.
    public struct Axis: Codable, Sendable, Hashable {
        /// What it says below the axis.
        public var label: String
        /// The steps. All have a `value`, which makes lines, or none has, which makes groups of bars.
        public var steps: [Step]
        /// Whether the axis is logarithmic.
        public var isLogarithmic: Bool?
    }

    /// A step of the axis.
    public struct Step: Codable, Sendable, Hashable {
        /// Where on the axis it is.
        public var value: Double?
        /// What it is called; the value if left out.
        public var label: String?
        /// What is laid over the panel's scenario.
        public var change: JSONValue
    }

    /// A line.
    public struct Series: Codable, Sendable, Hashable {
        /// What it is called.
        public var label: String
        /// What is laid over the panel's scenario before that of the step.
        public var change: JSONValue
        /// What is laid over it at the steps with these labels or values, last of all.
        public var stepChanges: [String: JSONValue]?
    }

    /// What is shown.
    public struct Quantity: Codable, Sendable, Hashable {
        /// The figure of an `Outcome`.
        public var measure: Measure
        /// What it says beside the axis.
        public var label: String
    }

    /// A value of y that somebody claims, and what it means where it is met.
    public struct Mark: Codable, Sendable, Hashable {
        /// The value.
        public var value: Double
        /// What it is called in the figure, such as `the paper's 87 %`.
        public var label: String
        /// What it means where a line meets it, in plain words.
        public var meaning: String
    }

    /// A comparison with one series.
    public struct Baseline: Codable, Sendable, Hashable {
        /// The series' label.
        public var series: String
        /// What is shown of the others.
        public var shows: Comparison
    }

    /// How a series is compared with the baseline.
    public enum Comparison: String, Codable, Sendable, CaseIterable {
        /// Its value less that of the baseline.
        case difference
        /// Its value over that of the baseline, less 1.
        case gain
    }
}

/// A figure of an `Outcome`.
public enum Measure: String, Codable, Sendable, CaseIterable {
    case resisted, survival, secondsToSuccess, successesPerHour, besideSeconds, besideShare, movesPerHour, moves
    case downtimeShare, distinctHosts, favouriteShare, entropyShare, moveDifference
}
