import FleetModel

/// What a policy would do.
public struct PolicyPreviewView: Codable, Sendable, Equatable {
    /// Why a policy would not be taken.
    public struct Refusal: Codable, Sendable, Equatable {
        /// The field that is wrong.
        public var field: String
        /// What is wrong with it.
        public var reason: String
        /// What would be right.
        public var nearest: String

        /// A refusal.
        public init(field: String, reason: String, nearest: String) {
            self.field = field
            self.reason = reason
            self.nearest = nearest
        }
    }

    /// Where a container would go from one host.
    public struct Destinations: Codable, Sendable, Equatable {
        /// The host.
        public var from: HostName
        /// The hosts that could take it, with their chances.
        public var candidates: [PlacementCandidate]
        /// The entropy of the draw in nats.
        public var entropy: Double
        /// τ after the entropy floor was seen to; `nil` for rules without one.
        public var temperature: Double?
        /// What an operator should know of this draw.
        public var warnings: [String]

        /// Where a container would go.
        public init(
            from: HostName, candidates: [PlacementCandidate], entropy: Double, temperature: Double?, warnings: [String]
        ) {
            self.from = from
            self.candidates = candidates
            self.entropy = entropy
            self.temperature = temperature
            self.warnings = warnings
        }
    }

    /// The whole policy that was looked at.
    public var policy: Policy
    /// Why the policy would not be taken; `nil` when it would.
    public var refusal: Refusal?
    /// What its clock comes to; `nil` when it would be refused.
    public var forecast: DwellForecast?
    /// How many containers it would hold for.
    public var containers: Int
    /// How often those would move in an hour, all together.
    public var fleetMovesPerHour: Double
    /// Where a container would go, host by host.
    public var destinations: [Destinations]
    /// The mean difference of the fleet's hosts; `nil` when it is not known.
    public var meanDifference: Double?
    /// What an operator should know of the fleet.
    public var warnings: [String]

    /// What a policy would do.
    public init(
        policy: Policy, refusal: Refusal?, forecast: DwellForecast?, containers: Int, fleetMovesPerHour: Double,
        destinations: [Destinations], meanDifference: Double?, warnings: [String]
    ) {
        self.policy = policy
        self.refusal = refusal
        self.forecast = forecast
        self.containers = containers
        self.fleetMovesPerHour = fleetMovesPerHour
        self.destinations = destinations
        self.meanDifference = meanDifference
        self.warnings = warnings
    }
}
