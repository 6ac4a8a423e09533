import FleetModel

/// What a simulation is about.
public enum SimulationKind: String, Sendable, CaseIterable {
    /// One of the program's experiments.
    case experiment
    /// An experiment that somebody wrote.
    case document
    /// The fleet as it was when it was asked for.
    case whatIf
}

/// How far a simulation is.
public enum SimulationState: String, Sendable, CaseIterable {
    /// Others are before it.
    case waiting
    /// It is being made.
    case running
    /// There is a result.
    case completed
    /// It could not be made; `detail` says why.
    case failed
    /// Somebody stopped it.
    case cancelled
}

/// A simulation that somebody asked for.
///
/// `Result` is what comes of an experiment; this module does not know it.
public struct SimulationView<Result: Codable & Sendable & Equatable>: Codable, Sendable, Equatable {
    /// A figure that can be fetched.
    public struct Figure: Codable, Sendable, Equatable {
        /// The panel's name.
        public var panel: String
        /// What it shows.
        public var title: String
        /// Where it is.
        public var href: String

        /// A figure.
        public init(panel: String, title: String, href: String) {
            self.panel = panel
            self.title = title
            self.href = href
        }
    }

    /// What came of it.
    public struct Outcome: Codable, Sendable, Equatable {
        /// The figures.
        public var figures: [Figure]
        /// A report in Markdown.
        public var report: String
        /// The result.
        public var result: Result

        /// What came of it.
        public init(figures: [Figure], report: String, result: Result) {
            self.figures = figures
            self.report = report
            self.result = result
        }
    }

    /// Its number.
    public var id: Int64
    /// The experiment's name.
    public var name: String
    /// What the experiment shows.
    public var title: String
    /// What it is about.
    public var kind: Word<SimulationKind>
    /// How far it is.
    public var state: Word<SimulationState>
    /// Why it failed; `nil` when it did not.
    public var detail: String?
    /// How many runs are made.
    public var finishedRuns: Int
    /// How many runs there are all together.
    public var allRuns: Int
    /// How many runs each point has.
    public var runs: Int
    /// What decides all that is drawn.
    public var seed: UInt64
    /// When it was asked for.
    public var createdAt: Timestamp
    /// When its first run began; `nil` before.
    public var startedAt: Timestamp?
    /// When it was over; `nil` before.
    public var endedAt: Timestamp?
    /// Who asked for it.
    public var createdBy: String
    /// What came of it; `nil` before, and in lists.
    public var outcome: Outcome?

    private enum CodingKeys: CodingKey {
        case id, name, title, kind, state, detail, finishedRuns, allRuns, runs, seed, createdAt, startedAt, endedAt
        case createdBy, result
    }

    /// A simulation without what came of it.
    public init(
        id: Int64, name: String, title: String, kind: SimulationKind, state: SimulationState, detail: String?,
        finishedRuns: Int, allRuns: Int, runs: Int, seed: UInt64, createdAt: Timestamp, startedAt: Timestamp?,
        endedAt: Timestamp?, createdBy: String
    ) {
        self.id = id
        self.name = name
        self.title = title
        self.kind = Word(kind)
        self.state = Word(state)
        self.detail = detail
        self.finishedRuns = finishedRuns
        self.allRuns = allRuns
        self.runs = runs
        self.seed = seed
        self.createdAt = createdAt
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.createdBy = createdBy
    }
}

extension SimulationView {
    /// Decodes all of it from one object.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        id = try fields.decode(Int64.self, forKey: .id)
        name = try fields.decode(String.self, forKey: .name)
        title = try fields.decode(String.self, forKey: .title)
        kind = try fields.decode(Word<SimulationKind>.self, forKey: .kind)
        state = try fields.decode(Word<SimulationState>.self, forKey: .state)
        detail = try fields.decodeIfPresent(String.self, forKey: .detail)
        finishedRuns = try fields.decode(Int.self, forKey: .finishedRuns)
        allRuns = try fields.decode(Int.self, forKey: .allRuns)
        runs = try fields.decode(Int.self, forKey: .runs)
        seed = try fields.decode(UInt64.self, forKey: .seed)
        createdAt = try fields.decode(Timestamp.self, forKey: .createdAt)
        startedAt = try fields.decodeIfPresent(Timestamp.self, forKey: .startedAt)
        endedAt = try fields.decodeIfPresent(Timestamp.self, forKey: .endedAt)
        createdBy = try fields.decode(String.self, forKey: .createdBy)
        outcome = fields.contains(.result) ? try Outcome(from: decoder) : nil
    }

    /// Encodes all of it into one object. What is not known yet is `null`, and what came of it is there when there is any.
    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(id, forKey: .id)
        try fields.encode(name, forKey: .name)
        try fields.encode(title, forKey: .title)
        try fields.encode(kind, forKey: .kind)
        try fields.encode(state, forKey: .state)
        try fields.encode(detail, forKey: .detail)
        try fields.encode(finishedRuns, forKey: .finishedRuns)
        try fields.encode(allRuns, forKey: .allRuns)
        try fields.encode(runs, forKey: .runs)
        try fields.encode(seed, forKey: .seed)
        try fields.encode(createdAt, forKey: .createdAt)
        try fields.encode(startedAt, forKey: .startedAt)
        try fields.encode(endedAt, forKey: .endedAt)
        try fields.encode(createdBy, forKey: .createdBy)
        try outcome?.encode(to: encoder)
    }
}
