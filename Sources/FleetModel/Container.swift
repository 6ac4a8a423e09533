/// A tenant's container as the fleet knows it.
public struct Container: Codable, Sendable, Hashable {
    /// What the tenant asked for.
    public var spec: ContainerSpec
    /// Where it is in its life.
    public var state: ContainerState
    /// The host that carries it; while it moves, the one that carried it last. `nil` before its first start.
    public var host: HostName?
    /// The virtual address its clients use, which never changes; `nil` when it has no ports.
    public var virtualAddress: IPv4Address?
    /// The address new connections reach; changes at every move.
    public var address: IPv4Address?
    /// Earlier addresses that connections still use.
    public var retainedAddresses: [IPv4Address]
    /// Whether it can be moved, as a trial dump found out.
    public var mobility: Mobility
    /// When it was created.
    public var createdAt: Timestamp
    /// When it came to its present host.
    public var arrivedAt: Timestamp?
    /// When the clock will move it next; `nil` while it is not to be moved.
    public var deadlineAt: Timestamp?
    /// The policy that holds for it; `nil` for its tenant's.
    public var policy: PolicyName?
    /// An operator's wish that it stays where it is.
    public var pin: Pin?
    /// Whether the clock leaves it where it is.
    public var isPaused: Bool
    /// What becomes of it when its host is lost.
    public var onHostLoss: HostLossRule
    /// What becomes of it when its process ends by itself.
    public var restart: RestartRule
    /// How often it was started anew by itself, and when it will be.
    public var restarts: Restarts
    /// What has kept it from being moved since it was last moved; `nil` when nothing has.
    public var refusals: Refusals?
    /// While a container that people started is taken over: what its daemon calls it.
    public var adopting: String?

    /// A container of the fleet.
    public init(
        spec: ContainerSpec, state: ContainerState, host: HostName? = nil, virtualAddress: IPv4Address? = nil,
        address: IPv4Address? = nil, retainedAddresses: [IPv4Address] = [], mobility: Mobility = .unknown,
        createdAt: Timestamp, arrivedAt: Timestamp? = nil, deadlineAt: Timestamp? = nil, policy: PolicyName? = nil,
        pin: Pin? = nil, isPaused: Bool = false, onHostLoss: HostLossRule = .stay,
        restart: RestartRule = .never, restarts: Restarts = Restarts()
    ) {
        self.spec = spec
        self.state = state
        self.host = host
        self.virtualAddress = virtualAddress
        self.address = address
        self.retainedAddresses = retainedAddresses
        self.mobility = mobility
        self.createdAt = createdAt
        self.arrivedAt = arrivedAt
        self.deadlineAt = deadlineAt
        self.policy = policy
        self.pin = pin
        self.isPaused = isPaused
        self.onHostLoss = onHostLoss
        self.restart = restart
        self.restarts = restarts
    }

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case spec, state, host, virtualAddress, address, retainedAddresses, mobility, createdAt, arrivedAt, deadlineAt
        case policy, pin, isPaused, onHostLoss, restart, restarts, refusals, adopting
    }

    /// Decodes a container; older records have neither policy nor pin, nor rules for losses and restarts.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.fields(of: CodingKeys.self)
        spec = try fields.decode(ContainerSpec.self, forKey: .spec)
        state = try fields.decode(ContainerState.self, forKey: .state)
        host = try fields.decodeIfPresent(HostName.self, forKey: .host)
        virtualAddress = try fields.decodeIfPresent(IPv4Address.self, forKey: .virtualAddress)
        address = try fields.decodeIfPresent(IPv4Address.self, forKey: .address)
        retainedAddresses = try fields.decode([IPv4Address].self, forKey: .retainedAddresses)
        mobility = try fields.decode(Mobility.self, forKey: .mobility)
        createdAt = try fields.decode(Timestamp.self, forKey: .createdAt)
        arrivedAt = try fields.decodeIfPresent(Timestamp.self, forKey: .arrivedAt)
        deadlineAt = try fields.decodeIfPresent(Timestamp.self, forKey: .deadlineAt)
        policy = try fields.decodeIfPresent(PolicyName.self, forKey: .policy)
        pin = try fields.decodeIfPresent(Pin.self, forKey: .pin)
        isPaused = try fields.value(.isPaused, or: false)
        onHostLoss = try fields.value(.onHostLoss, or: .stay)
        restart = try fields.value(.restart, or: .never)
        restarts = try fields.value(.restarts, or: Restarts())
        refusals = try fields.decodeIfPresent(Refusals.self, forKey: .refusals)
        adopting = try fields.decodeIfPresent(String.self, forKey: .adopting)
    }

    /// The container's name.
    public var name: ContainerName { spec.name }
}

/// Where a container is in its life.
public enum ContainerState: Codable, Sendable, Hashable {
    /// Being created on its first host.
    case starting
    /// It runs.
    case running
    /// It is being moved.
    case relocating(RelocationID)
    /// Its process is being ended, because somebody wants it to.
    case stopping
    /// Its process ended or it was stopped; `reason` says which.
    case stopped(reason: String)
    /// A move failed on both hosts: nothing runs, the dump is kept.
    case stranded(RelocationID)
    /// It could not be started; `reason` says why.
    case failed(reason: String)
    /// Being removed.
    case removing
    /// Its host was lost, and it with it.
    case lost(HostName)
}

extension ContainerState {
    /// The states by their names, without what belongs to each.
    public enum Word: String, Codable, Sendable, CaseIterable, CustomStringConvertible {
        /// See the state of the same name.
        case starting, running, relocating, stopping, stopped, stranded, failed, removing, lost

        /// The name.
        public var description: String { rawValue }
    }

    /// The state in one word.
    public var word: Word {
        switch self {
        case .starting: .starting
        case .running: .running
        case .relocating: .relocating
        case .stopping: .stopping
        case .stopped: .stopped
        case .stranded: .stranded
        case .failed: .failed
        case .removing: .removing
        case .lost: .lost
        }
    }
}

/// Whether a container can be moved.
public enum Mobility: Codable, Sendable, Hashable {
    /// Not tried yet.
    case unknown
    /// A trial dump succeeded.
    case movable
    /// A trial dump or the last move was refused; `reason` says why in plain words, `log` is what the tool said.
    case immovable(reason: String, log: String)
}
