import FleetModel

/// A container that needs a host, and what is known of it.
public struct PlacementRequest: Sendable, Hashable {
    /// As whom the tenant counts whose it is; `nil` for nobody's, as when only the hosts are of interest.
    public var party: Party?
    /// The memory it may use, in bytes.
    public var memoryBytes: Int
    /// The runtime it needs.
    public var runtime: RuntimeKind
    /// The host it leaves; `nil` when it is new.
    public var source: HostName?
    /// The only host that an operator wants; `nil` for any.
    public var requested: HostName?
    /// Beside whom it must not be.
    public var neverBeside: Set<Party>
    /// Whether it may be beside another party's container that cannot be moved.
    public var besideImmovable: Bool
    /// Whether it must not be beside another party's containers at all.
    public var isAlone: Bool
    /// Who is suspected: a host without them is taken if there is one.
    public var suspects: [Party]
    /// Its last stays, the present one included.
    public var visits: [Residence]
    /// For how many seconds it was beside each party, those that are longer ago counting less.
    public var partySeconds: [Party: Double]
    /// How long it is expected to stay.
    public var expectedStaySeconds: Double
    /// Hosts at which no further relocation may start now.
    public var busy: Set<HostName>
    /// The present.
    public var now: Timestamp

    /// A container that needs a host.
    public init(
        party: Party?, memoryBytes: Int, runtime: RuntimeKind, source: HostName? = nil,
        requested: HostName? = nil, neverBeside: Set<Party> = [],
        besideImmovable: Bool = false, isAlone: Bool = false, suspects: [Party] = [], visits: [Residence] = [],
        partySeconds: [Party: Double] = [:],
        expectedStaySeconds: Double = 0, busy: Set<HostName> = [], now: Timestamp
    ) {
        self.party = party
        self.memoryBytes = memoryBytes
        self.runtime = runtime
        self.source = source
        self.requested = requested
        self.neverBeside = neverBeside
        self.besideImmovable = besideImmovable
        self.isAlone = isAlone
        self.suspects = suspects
        self.visits = visits
        self.partySeconds = partySeconds
        self.expectedStaySeconds = expectedStaySeconds
        self.busy = busy
        self.now = now
    }
}

/// What came of looking for a host.
public struct PlacementOutcome: Sendable, Hashable {
    /// The decision.
    public var decision: PlacementDecision
    /// Whether a host could take the container as soon as other relocations have ended, where none can now.
    public var isTemporary: Bool
}
