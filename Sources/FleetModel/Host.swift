/// A machine that carries containers, or the gateway in front of them.
public struct Host: Codable, Sendable, Hashable {
    /// The host's name.
    public var name: HostName
    /// What the host does in the fleet.
    public var role: HostRole
    /// Whether containers may come, and whether the host answers.
    public var state: HostState
    /// The address at which other hosts reach this one; containers' addresses are routed through it.
    public var address: IPv4Address
    /// What the agent said about the machine.
    public var facts: HostFacts
    /// How many containers it may carry.
    public var capacity: HostCapacity
    /// The operator's labels.
    public var labels: [String: String]
    /// When the host first enrolled.
    public var enrolledAt: Timestamp
    /// When its agent was last heard.
    public var lastSeenAt: Timestamp
    /// While it is unreachable, the state it had before.
    public var stateWhenReachable: HostState?
    /// That the host was declared off for good; `nil` when it was not, or when it has come back with nothing of what it had.
    public var loss: HostLoss?
    /// The drain that is under way, or the last one while the host has not been made ready since.
    public var drain: Drain?
    /// Containers that people started on the host by themselves, with a tenant's label; `nil` when there are none.
    public var adoptable: [AdoptableContainer]?

    /// A host of the fleet.
    public init(
        name: HostName, role: HostRole, state: HostState, address: IPv4Address, facts: HostFacts,
        capacity: HostCapacity, labels: [String: String] = [:], enrolledAt: Timestamp, lastSeenAt: Timestamp
    ) {
        self.name = name
        self.role = role
        self.state = state
        self.address = address
        self.facts = facts
        self.capacity = capacity
        self.labels = labels
        self.enrolledAt = enrolledAt
        self.lastSeenAt = lastSeenAt
    }
}

extension Host {
    /// What the agent found out, with what the operator says by labels.
    public var profile: HostProfile { facts.profile.overridden(by: labels) }
}

/// What a host does in the fleet.
public enum HostRole: String, Codable, Sendable, CaseIterable {
    /// It carries containers.
    case worker
    /// It maps the tenants' virtual addresses to their containers.
    case gateway
}

/// Whether containers may come to a host, and whether it answers.
public enum HostState: String, Codable, Sendable, CaseIterable {
    /// Containers may come.
    case ready
    /// Containers stay, but none may come.
    case cordoned
    /// Containers are being moved away and none may come.
    case draining
    /// The agent has not been heard for longer than the fleet's limit.
    case unreachable
    /// It was declared off for good: nothing that it had counts any more, and it is not let in before it is readmitted.
    case lost

    /// Whether moves can be made from the host and to it, as far as its agent is concerned.
    public var isHeard: Bool {
        switch self {
        case .ready, .cordoned, .draining: true
        case .unreachable, .lost: false
        }
    }
}

/// The moving away of everything that a host carries.
public struct Drain: Codable, Sendable, Hashable {
    /// When it was asked for.
    public var startedAt: Timestamp
    /// Who asked for it.
    public var startedBy: String
    /// How many containers the host carried then.
    public var total: Int
    /// When the last one had left; `nil` while there are any.
    public var endedAt: Timestamp?

    /// A drain that begins.
    public init(startedAt: Timestamp, startedBy: String, total: Int) {
        self.startedAt = startedAt
        self.startedBy = startedBy
        self.total = total
    }
}

/// How many containers a host may carry.
public struct HostCapacity: Codable, Sendable, Hashable {
    /// The most containers at once.
    public var containers: Int
    /// The memory that containers' limits may add up to, in bytes.
    public var memoryBytes: Int

    /// A host's capacity.
    public init(containers: Int, memoryBytes: Int) {
        self.containers = containers
        self.memoryBytes = memoryBytes
    }
}

/// What an agent found out about its machine.
public struct HostFacts: Codable, Sendable, Hashable {
    /// `uname -r`.
    public var kernel: String
    /// `PRETTY_NAME` of os-release.
    public var distribution: String
    /// `uname -m`.
    public var architecture: String
    /// The processor's model name.
    public var cpuModel: String
    /// Processors the host may use.
    public var cpuCount: Int
    /// Memory in bytes.
    public var memoryBytes: Int
    /// Control-group version, 1 or 2.
    public var cgroupVersion: Int
    /// The version of CRIU; `nil` when there is none that works.
    public var criuVersion: String?
    /// The version of runc; `nil` when there is none.
    public var runcVersion: String?
    /// All IPv4 addresses of the host.
    public var addresses: [IPv4Address]
    /// The runtimes this host's agent can carry containers with.
    public var runtimes: [RuntimeKind]
    /// What the host lacks to move containers, in words an operator can act on; empty when nothing is missing.
    public var problems: [String]
    /// The version of the agent.
    public var agentVersion: String
    /// The processor's instruction-set features that a container may come to rely on, in alphabetical order. Empty when
    /// they are not known.
    public var processorFeatures: [String]
    /// What attacks on the host may depend on.
    public var profile: HostProfile

    /// What an agent found out about its machine.
    public init(
        kernel: String, distribution: String, architecture: String, cpuModel: String, cpuCount: Int, memoryBytes: Int,
        cgroupVersion: Int, criuVersion: String?, runcVersion: String?, addresses: [IPv4Address],
        runtimes: [RuntimeKind], problems: [String], agentVersion: String, processorFeatures: [String] = [],
        profile: HostProfile = HostProfile()
    ) {
        self.kernel = kernel
        self.distribution = distribution
        self.architecture = architecture
        self.cpuModel = cpuModel
        self.cpuCount = cpuCount
        self.memoryBytes = memoryBytes
        self.cgroupVersion = cgroupVersion
        self.criuVersion = criuVersion
        self.runcVersion = runcVersion
        self.addresses = addresses
        self.runtimes = runtimes
        self.problems = problems
        self.agentVersion = agentVersion
        self.processorFeatures = processorFeatures
        self.profile = profile
    }

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case kernel, distribution, architecture, cpuModel, cpuCount, memoryBytes, cgroupVersion, criuVersion
        case runcVersion, addresses, runtimes, problems, agentVersion, processorFeatures, profile
    }

    /// Decodes facts; older agents and records have neither processor features nor a profile.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.fields(of: CodingKeys.self)
        kernel = try fields.decode(String.self, forKey: .kernel)
        distribution = try fields.decode(String.self, forKey: .distribution)
        architecture = try fields.decode(String.self, forKey: .architecture)
        cpuModel = try fields.decode(String.self, forKey: .cpuModel)
        cpuCount = try fields.decode(Int.self, forKey: .cpuCount)
        memoryBytes = try fields.decode(Int.self, forKey: .memoryBytes)
        cgroupVersion = try fields.decode(Int.self, forKey: .cgroupVersion)
        criuVersion = try fields.decodeIfPresent(String.self, forKey: .criuVersion)
        runcVersion = try fields.decodeIfPresent(String.self, forKey: .runcVersion)
        addresses = try fields.decode([IPv4Address].self, forKey: .addresses)
        runtimes = try fields.decode([RuntimeKind].self, forKey: .runtimes)
        problems = try fields.decode([String].self, forKey: .problems)
        agentVersion = try fields.decode(String.self, forKey: .agentVersion)
        processorFeatures = try fields.value(.processorFeatures, or: [])
        profile = try fields.value(.profile, or: HostProfile())
    }
}

/// A way to run containers.
public enum RuntimeKind: String, Codable, Sendable, CaseIterable {
    /// runc starts containers and CRIU moves them.
    case runc
    /// The Docker daemon of the host carries containers; CRIU moves them through it.
    case docker
    /// Nothing runs: the agent acts as if. For machines without root and for tests of scale.
    case simulated
}
