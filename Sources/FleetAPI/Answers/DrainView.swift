import FleetModel

/// How far the drain of a host is.
public struct DrainView: Codable, Sendable, Equatable {
    /// How it stands with a container that is still there.
    public enum Standing: String, Sendable, CaseIterable {
        /// It is being moved.
        case moving
        /// Its move waits for its turn.
        case waiting
        /// It cannot leave; `reason` says why.
        case blocked
    }

    /// A container that is still there.
    public struct Remaining: Codable, Sendable, Equatable {
        /// The container.
        public var container: ContainerName
        /// Whose it is.
        public var tenant: TenantName
        /// How it stands with it.
        public var state: Word<Standing>
        /// The move that takes it away.
        public var relocation: RelocationID?
        /// Why it waits or cannot leave.
        public var reason: String?

        /// A container that is still there.
        public init(
            container: ContainerName, tenant: TenantName, state: Standing, relocation: RelocationID?, reason: String?
        ) {
            self.container = container
            self.tenant = tenant
            self.state = Word(state)
            self.relocation = relocation
            self.reason = reason
        }
    }

    /// The host.
    public var host: HostName
    /// Its state now.
    public var state: HostState
    /// When the drain was asked for.
    public var startedAt: Timestamp
    /// By whom.
    public var startedBy: String
    /// When the last container had left; `nil` before.
    public var endedAt: Timestamp?
    /// How many containers there were.
    public var total: Int
    /// How many have left.
    public var moved: Int
    /// Those that have not.
    public var remaining: [Remaining]

    /// How far a drain is.
    public init(host: HostName, state: HostState, drain: Drain, remaining: [Remaining]) {
        self.host = host
        self.state = state
        startedAt = drain.startedAt
        startedBy = drain.startedBy
        endedAt = drain.endedAt
        self.remaining = remaining
        total = max(drain.total, remaining.count)
        moved = total - remaining.count
    }
}
