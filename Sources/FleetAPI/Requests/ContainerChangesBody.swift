import FleetModel

/// What is to change of a container: `PATCH /v1/containers/{container}`. What is not said stays as it is.
public struct ContainerChangesBody: JSONBody {
    /// Its policy; empty for its tenant's.
    public var policy: FieldChange<PolicyName>
    /// Whether the clock leaves it where it is.
    public var isPaused: Bool?
    /// What becomes of it when its host is lost.
    public var onHostLoss: HostLossRule?
    /// Whether it is started anew when its process ends.
    public var restart: RestartRule?

    private enum CodingKeys: String, CodingKey, CaseIterable { case policy, isPaused, onHostLoss, restart }

    /// The names of the fields that the body may have.
    public static var fieldNames: [String] { CodingKeys.allCases.map(\.rawValue) }

    /// Changes.
    public init(
        policy: FieldChange<PolicyName> = .keep, isPaused: Bool? = nil, onHostLoss: HostLossRule? = nil,
        restart: RestartRule? = nil
    ) {
        self.policy = policy
        self.isPaused = isPaused
        self.onHostLoss = onHostLoss
        self.restart = restart
    }

    /// Decodes changes.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        policy = try fields.change(.policy)
        isPaused = try fields.decodeIfPresent(Bool.self, forKey: .isPaused)
        onHostLoss = try fields.decodeIfPresent(HostLossRule.self, forKey: .onHostLoss)
        restart = try fields.decodeIfPresent(RestartRule.self, forKey: .restart)
    }

    /// Encodes changes.
    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(policy, forKey: .policy)
        try fields.encodeIfPresent(isPaused, forKey: .isPaused)
        try fields.encodeIfPresent(onHostLoss, forKey: .onHostLoss)
        try fields.encodeIfPresent(restart, forKey: .restart)
    }
}
