import FleetModel

/// A container that needs a host, and what is known of it.
public struct PlacementRequest: Sendable, Hashable {
    /// Whose it is; `nil` for nobody's, as when only the hosts are of interest.
    public var tenant: TenantName?
    /// The memory it may use, in bytes.
    public var memoryBytes: Int
    /// The runtime it needs.
    public var runtime: RuntimeKind
    /// The host it leaves; `nil` when it is new.
    public var source: HostName?
    /// The only host that an operator wants; `nil` for any.
    public var requested: HostName?
    /// The tenants beside which it must not be.
    public var neverBeside: Set<TenantName>
    /// Whether it may be beside another tenant's container that cannot be moved.
    public var besideImmovable: Bool
    /// Whether it must not be beside another tenant's containers at all.
    public var isAlone: Bool
    /// The tenants that are suspected: a host without them is taken if there is one.
    public var avoidTenants: [TenantName]
    /// Its last stays, the present one included.
    public var visits: [Residence]
    /// For how many seconds it was beside each tenant, those that are longer ago counting less.
    public var tenantSeconds: [TenantName: Double]
    /// How long it is expected to stay.
    public var expectedStaySeconds: Double
    /// Hosts at which no further relocation may start now.
    public var busy: Set<HostName>
    /// The present.
    public var now: Timestamp

    /// A container that needs a host.
    public init(
        tenant: TenantName?, memoryBytes: Int, runtime: RuntimeKind, source: HostName? = nil,
        requested: HostName? = nil, neverBeside: Set<TenantName> = [],
        besideImmovable: Bool = false, isAlone: Bool = false, avoidTenants: [TenantName] = [], visits: [Residence] = [],
        tenantSeconds: [TenantName: Double] = [:],
        expectedStaySeconds: Double = 0, busy: Set<HostName> = [], now: Timestamp
    ) {
        self.tenant = tenant
        self.memoryBytes = memoryBytes
        self.runtime = runtime
        self.source = source
        self.requested = requested
        self.neverBeside = neverBeside
        self.besideImmovable = besideImmovable
        self.isAlone = isAlone
        self.avoidTenants = avoidTenants
        self.visits = visits
        self.tenantSeconds = tenantSeconds
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
