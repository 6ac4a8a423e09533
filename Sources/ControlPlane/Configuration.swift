import FleetCore
import FleetModel
import HTTP
import MovingTarget

/// What a control plane is started with.
public struct Configuration: Sendable {
    /// The directory of the ledger and the join token, owner only.
    public var stateDirectory: String
    /// The shared storage: images, dumps, and what containers write.
    public var sharedDirectory: String
    /// The directory of the dashboard's files; `nil` for none.
    public var publicDirectory: String?
    /// The directory of the ledger's migrations.
    public var migrationsDirectory: String
    /// Where operators are served.
    public var operatorAddresses: [ServiceAddress]
    /// Where agents are served.
    public var agentAddresses: [ServiceAddress]
    /// What secured addresses speak TLS with; `nil` when there are none.
    public var security: ServerSecurity?
    /// The network containers' addresses are drawn from.
    public var containerNetwork: IPv4Network
    /// The network virtual addresses are taken from.
    public var virtualNetwork: IPv4Network
    /// How often agents are to send a heartbeat where there are few, in seconds.
    public var heartbeatSeconds: Double
    /// How many heartbeats all agents send in a second at most: where there are many, each sends fewer.
    public var mostHeartbeatsPerSecond = 1000.0
    /// How long agents may take.
    public var stepTimes: StepTimes
    /// When containers move, for a fleet that never had a policy; `nil` for the defaults.
    public var firstPolicy: Policy?
    /// How long events, moves and stays that have ended are kept, in seconds; `nil` for ever.
    public var retentionSeconds: Double?
    /// After how many seconds of silence a host counts as off for good by itself; `nil` for never.
    public var lostAfterSeconds: Double?
    /// Which candidates of a decision are kept with its move.
    public var keptCandidates = CandidateListing.ends
    /// Where proxies serve the dashboard, if not under the address that they ask for.
    public var publicOrigins: [WebOrigin] = []
    /// Where random numbers come from; for tests.
    var randomness = Randomness.system
    /// When to end suddenly: see `SuddenDeath`.
    public var death = SuddenDeath.never

    /// What a control plane is started with.
    public init(
        stateDirectory: String, sharedDirectory: String, publicDirectory: String?, migrationsDirectory: String,
        operatorAddresses: [ServiceAddress], agentAddresses: [ServiceAddress], security: ServerSecurity? = nil,
        containerNetwork: IPv4Network, virtualNetwork: IPv4Network, heartbeatSeconds: Double = 1,
        stepTimes: StepTimes = StepTimes(),
        firstPolicy: Policy? = nil, retentionSeconds: Double? = nil
    ) {
        self.stateDirectory = stateDirectory
        self.sharedDirectory = sharedDirectory
        self.publicDirectory = publicDirectory
        self.migrationsDirectory = migrationsDirectory
        self.operatorAddresses = operatorAddresses
        self.agentAddresses = agentAddresses
        self.security = security
        self.containerNetwork = containerNetwork
        self.virtualNetwork = virtualNetwork
        self.heartbeatSeconds = heartbeatSeconds
        self.stepTimes = stepTimes
        self.firstPolicy = firstPolicy
        self.retentionSeconds = retentionSeconds
    }
}
