import FleetModel

/// A question that is put to the simulator, as data: a file of `Shipped`, one that somebody wrote, or one that was made of a
/// live fleet.
///
/// All that differs between points is written as changes of one scenario: objects that are laid over its JSON. A point's
/// scenario is the base, with the changes of the panel, the series, the step, and the series at that step laid over it in
/// this order. Objects are laid over each other field by field, choices such as `policy.clock` as a whole.
///
/// ## Topics
/// ### Finding one
/// - ``all``
/// - ``named(_:)``
/// - ``init(json:)``
/// ### Looking at it
/// - ``validate()``
/// - ``points()``
public struct Experiment: Codable, Sendable, Hashable {
    /// Its name, a DNS label such as `time-migration`.
    public var name: String
    /// A headline.
    public var title: String
    /// What it asks, in plain words.
    public var question: String
    /// How many runs each point has, 2 to 1,000,000, unless somebody says otherwise.
    public var runs: Int
    /// The seed, unless somebody says otherwise.
    public var seed: UInt64
    /// What all points have in common: the fields of a `Scenario`; those left out have its defaults.
    public var base: JSONValue
    /// The figures, at least one.
    public var panels: [Panel]
    /// What is assumed, and what does not follow, in plain words.
    public var notes: [String]

    /// An experiment.
    public init(
        name: String, title: String, question: String, runs: Int = 1000, seed: UInt64 = 1,
        base: JSONValue = .object([:]), panels: [Panel], notes: [String] = []
    ) {
        self.name = name
        self.title = title
        self.question = question
        self.runs = runs
        self.seed = seed
        self.base = base
        self.panels = panels
        self.notes = notes
    }
}

extension Experiment {
    /// How many points its figures have all together.
    public var pointCount: Int { panels.reduce(0) { $0 + $1.pointCount } }
}

extension Panel {
    /// How many points the figure has: one for each series at each step.
    public var pointCount: Int { series.count * x.steps.count }
}

extension Experiment {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case name, title, question, runs, seed, base, panels, notes
    }

    /// Decodes an experiment; runs, seed, base and notes may be left out.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.fields(of: CodingKeys.self)
        self.init(
            name: try fields.decode(String.self, forKey: .name),
            title: try fields.decode(String.self, forKey: .title),
            question: try fields.decode(String.self, forKey: .question),
            panels: try fields.decode([Panel].self, forKey: .panels))
        runs = try fields.value(.runs, or: runs)
        seed = try fields.value(.seed, or: seed)
        base = try fields.value(.base, or: base)
        notes = try fields.value(.notes, or: notes)
    }
}
