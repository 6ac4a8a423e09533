import FleetModel

/// How different the others are from one host.
public struct DistancesView: Codable, Sendable, Equatable {
    /// What is known of one group of attributes.
    public struct Part: Codable, Sendable, Equatable {
        /// From 0 to 1, of what is known; 0 if nothing is.
        public var difference: Double
        /// The share of the group that is known on both sides, from 0 to 1.
        public var coverage: Double

        /// A group's part.
        public init(difference: Double, coverage: Double) {
            self.difference = difference
            self.coverage = coverage
        }
    }

    /// Another host.
    public struct Distance: Codable, Sendable, Equatable {
        /// The host.
        public var host: HostName
        /// How different it is; `nil` when too little is known.
        public var difference: Double?
        /// How much of what is compared is known.
        public var coverage: Double
        /// The groups' parts, by the names of `AttributeGroup`.
        public var groups: [String: Part]

        /// Another host.
        public init(host: HostName, difference: Double?, coverage: Double, groups: [AttributeGroup: Part]) {
            self.host = host
            self.difference = difference
            self.coverage = coverage
            self.groups = Dictionary(uniqueKeysWithValues: groups.map { ($0.rawValue, $1) })
        }
    }

    /// The host.
    public var from: HostName
    /// The others.
    public var distances: [Distance]

    /// How different the others are.
    public init(from: HostName, distances: [Distance]) {
        self.from = from
        self.distances = distances
    }
}
