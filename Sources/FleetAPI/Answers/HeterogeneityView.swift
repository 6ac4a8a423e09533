import FleetModel

/// How different the fleet's hosts are.
public struct HeterogeneityView: Codable, Sendable, Equatable {
    /// An attribute that most hosts have in common.
    public struct Monoculture: Codable, Sendable, Equatable {
        /// The attribute's group.
        public var group: Word<AttributeGroup>
        /// The attribute.
        public var attribute: String
        /// What they have in common.
        public var value: String
        /// The share of the hosts that know the attribute.
        public var share: Double

        /// An attribute that most hosts have in common.
        public init(group: AttributeGroup, attribute: String, value: String, share: Double) {
            self.group = Word(group)
            self.attribute = attribute
            self.value = value
            self.share = share
        }
    }

    /// The fleet as a whole.
    public struct Summary: Codable, Sendable, Equatable {
        /// How many hosts there are.
        public var hosts: Int
        /// How many kinds of hosts there are.
        public var classes: Int
        /// The mean difference of two different hosts; `nil` when none is known.
        public var meanDifference: Double?
        /// Rao's quadratic entropy; `nil` when no difference is known.
        public var raoQ: Double?
        /// How many equally common configurations would be as diverse.
        public var effectiveConfigurations: Double
        /// How much of what is compared is known.
        public var coverage: Double
        /// What most hosts have in common, the most common first.
        public var monocultures: [Monoculture]
        /// What an operator should know.
        public var warnings: [String]

        /// A fleet as a whole.
        public init(
            hosts: Int, classes: Int, meanDifference: Double?, raoQ: Double?, effectiveConfigurations: Double,
            coverage: Double, monocultures: [Monoculture], warnings: [String]
        ) {
            self.hosts = hosts
            self.classes = classes
            self.meanDifference = meanDifference
            self.raoQ = raoQ
            self.effectiveConfigurations = effectiveConfigurations
            self.coverage = coverage
            self.monocultures = monocultures
            self.warnings = warnings
        }
    }

    /// The fleet as a whole.
    public var summary: Summary
    /// The hosts.
    public var hosts: [HostName]
    /// The differences of each host from each, in the order of `hosts`, `nil` where too little is known; not there for large
    /// fleets.
    public var differences: [[Double?]]?

    /// How different hosts are.
    public init(summary: Summary, hosts: [HostName], differences: [[Double?]]?) {
        self.summary = summary
        self.hosts = hosts
        self.differences = differences
    }
}
