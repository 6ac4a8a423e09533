import FleetModel

/// What is to be simulated: `POST /v1/simulations`, with one of `experiment`, `document` and `whatIf`.
public struct SimulationBody: JSONBody {
    /// The name of one of the program's experiments.
    public var experiment: String?
    /// An experiment that somebody wrote.
    public var document: JSONValue?
    /// A question about the fleet as it is.
    public var whatIf: FleetQuestionBody?
    /// How many runs each point has.
    public var runs: Int?
    /// What decides all that is drawn.
    public var seed: UInt64?

    private enum CodingKeys: String, CodingKey, CaseIterable { case experiment, document, whatIf, runs, seed }

    /// The names of the fields that the body may have.
    public static var fieldNames: [String] { CodingKeys.allCases.map(\.rawValue) }

    /// A simulation.
    public init(
        experiment: String? = nil, document: JSONValue? = nil, whatIf: FleetQuestionBody? = nil, runs: Int? = nil,
        seed: UInt64? = nil
    ) {
        self.experiment = experiment
        self.document = document
        self.whatIf = whatIf
        self.runs = runs
        self.seed = seed
    }
}

/// A question about the fleet as it is: how a policy would stand against each kind of attacker.
public struct FleetQuestionBody: JSONBody {
    /// The policy.
    public var policy: PolicyName?
    /// The tenant whose policy it is, in place of one that is named.
    public var tenant: TenantName?
    /// How long an attack takes on average; `nil` for what the policy assumes.
    public var attackSeconds: Double?
    /// How many containers attackers have; `nil` for the usual number.
    public var attackers: Int?
    /// How long the container is watched; `nil` for thirty attacks.
    public var horizonSeconds: Double?

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case policy, tenant, attackSeconds, attackers, horizonSeconds
    }

    /// The names of the fields that the question may have.
    public static var fieldNames: [String] { CodingKeys.allCases.map(\.rawValue) }

    /// A question.
    public init(
        policy: PolicyName? = nil, tenant: TenantName? = nil, attackSeconds: Double? = nil, attackers: Int? = nil,
        horizonSeconds: Double? = nil
    ) {
        self.policy = policy
        self.tenant = tenant
        self.attackSeconds = attackSeconds
        self.attackers = attackers
        self.horizonSeconds = horizonSeconds
    }

    /// Decodes a question, in which no fields may be that are not known.
    public init(from decoder: any Decoder) throws {
        try FieldNames(from: decoder).refuseOthers(than: Self.fieldNames, in: decoder)
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        policy = try fields.decodeIfPresent(PolicyName.self, forKey: .policy)
        tenant = try fields.decodeIfPresent(TenantName.self, forKey: .tenant)
        attackSeconds = try fields.decodeIfPresent(Double.self, forKey: .attackSeconds)
        attackers = try fields.decodeIfPresent(Int.self, forKey: .attackers)
        horizonSeconds = try fields.decodeIfPresent(Double.self, forKey: .horizonSeconds)
    }
}
