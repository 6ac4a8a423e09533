import FleetModel
import MovingTarget

/// A figure: lines, groups of bars, or a table.
public struct Panel: Codable, Sendable, Hashable {
    /// Its name within the experiment, a DNS label.
    public var name: String
    /// A headline.
    public var title: String
    /// What is laid over the experiment's base for all its points.
    public var change: JSONValue
    /// How it is drawn.
    public var form: Form
    /// What differs from left to right.
    public var x: Axis
    /// What is shown.
    public var y: Quantity
    /// What differs between lines, at least one.
    public var series: [Series]
    /// Values of y to look for.
    public var marks: [Mark]
    /// A series with which the others are compared.
    public var baseline: Baseline?

    /// A figure; lines if its steps have values and bars if they have none, unless it says otherwise.
    public init(
        name: String, title: String, change: JSONValue = .object([:]), form: Form? = nil, x: Axis, y: Quantity,
        series: [Series], marks: [Mark] = [], baseline: Baseline? = nil
    ) {
        self.name = name
        self.title = title
        self.change = change
        self.form = form ?? (x.steps.contains { $0.value == nil } ? .bars : .lines)
        self.x = x
        self.y = y
        self.series = series
        self.marks = marks
        self.baseline = baseline
    }

    /// How a figure is drawn.
    public enum Form: String, Codable, Sendable, CaseIterable {
        /// A line for each series.
        case lines
        /// A group of bars for each step.
        case bars
        /// A row for each series and a column for each step.
        case table
    }

    /// What differs from left to right.
    public struct Axis: Codable, Sendable, Hashable {
        /// What it says below the axis.
        public var label: String
        /// The steps, at least one. All have a `value`, in ascending order, or none has.
        public var steps: [Step]
        /// Whether the axis is logarithmic; then all values are above 0.
        public var isLogarithmic: Bool

        /// An axis.
        public init(label: String, steps: [Step], isLogarithmic: Bool = false) {
            self.label = label
            self.steps = steps
            self.isLogarithmic = isLogarithmic
        }
    }

    /// A step of the axis.
    public struct Step: Codable, Sendable, Hashable {
        /// Where on the axis it is.
        public var value: Double?
        /// What it is called; the value if left out.
        public var label: String?
        /// What is laid over the panel's scenario after the series' change.
        public var change: JSONValue

        /// A step.
        public init(value: Double? = nil, label: String? = nil, change: JSONValue = .object([:])) {
            self.value = value
            self.label = label
            self.change = change
        }

        /// Its label, or its value as text.
        public var name: String { label ?? value?.figure ?? "" }
    }

    /// A line.
    public struct Series: Codable, Sendable, Hashable {
        /// What it is called.
        public var label: String
        /// What is laid over the panel's scenario before that of the step.
        public var change: JSONValue
        /// What is laid over it at the steps with these names, last of all.
        public var stepChanges: [String: JSONValue]

        /// A line.
        public init(label: String, change: JSONValue = .object([:]), stepChanges: [String: JSONValue] = [:]) {
            self.label = label
            self.change = change
            self.stepChanges = stepChanges
        }
    }

    /// What is shown.
    public struct Quantity: Codable, Sendable, Hashable {
        /// The figure of an `Outcome`.
        public var measure: Measure
        /// What it says beside the axis.
        public var label: String

        /// A quantity.
        public init(measure: Measure, label: String) {
            self.measure = measure
            self.label = label
        }
    }

    /// A value of y that somebody claims, and what it means where it is met.
    public struct Mark: Codable, Sendable, Hashable {
        /// The value.
        public var value: Double
        /// What it is called in the figure, such as `the paper's 87 %`.
        public var label: String
        /// What it means where a line meets it, in plain words.
        public var meaning: String

        /// A mark.
        public init(value: Double, label: String, meaning: String) {
            self.value = value
            self.label = label
            self.meaning = meaning
        }
    }

    /// A comparison with one series.
    public struct Baseline: Codable, Sendable, Hashable {
        /// The series' label.
        public var series: String
        /// What is shown of the others.
        public var shows: Comparison

        /// A comparison.
        public init(series: String, shows: Comparison) {
            self.series = series
            self.shows = shows
        }
    }

    /// How a series is compared with the baseline.
    public enum Comparison: String, Codable, Sendable, CaseIterable {
        /// Its value less that of the baseline.
        case difference
        /// Its value over that of the baseline, less 1.
        case gain
    }
}
