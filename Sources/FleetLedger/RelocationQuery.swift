import FleetModel

/// Which relocations to read from the history. Conditions that are `nil` exclude nothing.
public struct RelocationQuery: Sendable, Hashable {
    /// Only moves of this container.
    public var container: ContainerName?
    /// Only moves of this tenant's containers.
    public var tenant: TenantName?
    /// Only moves from or to this host.
    public var host: HostName?
    /// Only those in this state.
    public var state: RelocationState?
    /// Only those started for this reason.
    public var trigger: Trigger?
    /// Only those asked for at this time or later.
    public var since: Timestamp?
    /// Only those asked for before this time.
    public var until: Timestamp?
    /// Where an earlier page ended.
    public var cursor: PageCursor?
    /// The most relocations on the page, 1 to 1000.
    public var limit: Int

    /// Which relocations to read.
    public init(
        container: ContainerName? = nil, tenant: TenantName? = nil, host: HostName? = nil,
        state: RelocationState? = nil, trigger: Trigger? = nil, since: Timestamp? = nil, until: Timestamp? = nil,
        cursor: PageCursor? = nil, limit: Int = 100
    ) {
        self.container = container
        self.tenant = tenant
        self.host = host
        self.state = state
        self.trigger = trigger
        self.since = since
        self.until = until
        self.cursor = cursor
        self.limit = limit
    }
}
