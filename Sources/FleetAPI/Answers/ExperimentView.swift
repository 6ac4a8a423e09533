/// An experiment in the list of those that the program has.
public struct ExperimentView: Codable, Sendable, Equatable {
    /// A figure of it.
    public struct Panel: Codable, Sendable, Equatable {
        /// Its name.
        public var name: String
        /// What it shows.
        public var title: String

        /// A figure.
        public init(name: String, title: String) {
            self.name = name
            self.title = title
        }
    }

    /// Its name.
    public var name: String
    /// What it shows.
    public var title: String
    /// What it answers.
    public var question: String
    /// How many runs each point has.
    public var runs: Int
    /// What decides all that is drawn.
    public var seed: UInt64
    /// How many points it has.
    public var points: Int
    /// Its figures.
    public var panels: [Panel]

    /// An experiment.
    public init(
        name: String, title: String, question: String, runs: Int, seed: UInt64, points: Int, panels: [Panel]
    ) {
        self.name = name
        self.title = title
        self.question = question
        self.runs = runs
        self.seed = seed
        self.points = points
        self.panels = panels
    }
}
