import FleetModel

/// A container that somebody wants: `POST /v1/containers`.
public struct NewContainerBody: JSONBody {
    /// Its name.
    public var name: ContainerName
    /// Whose it is.
    public var tenant: TenantName
    /// The image's name or digest.
    public var image: String
    /// The command with its arguments; `nil` or empty for the image's own.
    public var command: [String]?
    /// Environment variables, added to the image's own.
    public var environment: [String: String]?
    /// The ports that clients are to reach.
    public var ports: [PortBody]?
    /// What it may use.
    public var limits: LimitsBody?
    /// The capabilities that it needs beyond the usual ones; `nil` for none.
    public var capabilities: [Capability]?
    /// Whether its root user is to be the host's own; `nil` for no.
    public var hostRoot: Bool?
    /// The runtime; `nil` for the one that the fleet's hosts have.
    public var runtime: RuntimeKind?
    /// The host to start on; `nil` for any that may take it.
    public var host: HostName?
    /// Its policy; `nil` for its tenant's.
    public var policy: PolicyName?
    /// What becomes of it when its host is lost; `nil` for `stay`.
    public var onHostLoss: HostLossRule?
    /// Whether it is started anew when its process ends; `nil` for `never`.
    public var restart: RestartRule?

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case name, tenant, image, command, environment, ports, limits, capabilities, hostRoot, runtime, host, policy
        case onHostLoss, restart
    }

    /// The names of the fields that the body may have.
    public static var fieldNames: [String] { CodingKeys.allCases.map(\.rawValue) }

    /// A container that somebody wants.
    public init(
        name: ContainerName, tenant: TenantName, image: String, command: [String]? = nil,
        environment: [String: String]? = nil, ports: [PortBody]? = nil, limits: LimitsBody? = nil,
        capabilities: [Capability]? = nil, hostRoot: Bool? = nil, runtime: RuntimeKind? = nil,
        host: HostName? = nil, policy: PolicyName? = nil, onHostLoss: HostLossRule? = nil, restart: RestartRule? = nil
    ) {
        self.name = name
        self.tenant = tenant
        self.image = image
        self.command = command
        self.environment = environment
        self.ports = ports
        self.limits = limits
        self.capabilities = capabilities
        self.hostRoot = hostRoot
        self.runtime = runtime
        self.host = host
        self.policy = policy
        self.onHostLoss = onHostLoss
        self.restart = restart
    }
}

/// What a container may use, as far as somebody says it.
public struct LimitsBody: Codable, Sendable, Equatable {
    /// Memory in bytes.
    public var memoryBytes: Int?
    /// Processors.
    public var cpus: Double?
    /// Processes and threads at once.
    public var processes: Int?

    /// Limits.
    public init(memoryBytes: Int? = nil, cpus: Double? = nil, processes: Int? = nil) {
        self.memoryBytes = memoryBytes
        self.cpus = cpus
        self.processes = processes
    }

    /// All limits.
    public init(_ limits: ResourceLimits) {
        self.init(memoryBytes: limits.memoryBytes, cpus: limits.cpus, processes: limits.processes)
    }

    /// The limits, with the usual ones where nothing is said.
    public var limits: ResourceLimits {
        let usual = ResourceLimits()
        return ResourceLimits(
            memoryBytes: memoryBytes ?? usual.memoryBytes, cpus: cpus ?? usual.cpus,
            processes: processes ?? usual.processes)
    }
}
