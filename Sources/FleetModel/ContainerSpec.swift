/// What a tenant asked for: everything that stays equal when the container moves.
public struct ContainerSpec: Codable, Sendable, Hashable {
    /// The container's name, unique in the fleet.
    public var name: ContainerName
    /// Whose container it is.
    public var tenant: TenantName
    /// The image's name or digest as the tenant wrote it.
    public var image: String
    /// The image's content address, resolved when the container was created.
    public var digest: ImageDigest
    /// The command with its arguments; empty for the image's own.
    public var command: [String]
    /// Environment variables, added to the image's own.
    public var environment: [String: String]
    /// The ports that clients reach through the virtual address.
    public var ports: [PortMapping]
    /// What the container may use.
    public var limits: ResourceLimits
    /// The capabilities that were asked for; `nil` for none.
    public var capabilities: [Capability]?
    /// Whether its root user is the host's own, as an operator has decided who trusts it; `nil` for no: its users are
    /// nobody on the host.
    public var hostRoot: Bool?
    /// The runtime that carries it; a container stays on its runtime.
    public var runtime: RuntimeKind
    /// Whose containers share its image's files. Set at each start by the policy that holds then, and equal wherever it
    /// moves. Always `fleet` where the image is a Docker daemon's, which gives all containers the same files.
    public var imageSharing: ImageSharing
    /// For a container that was adopted: what its Docker daemon was told when it was made (the body of
    /// `POST /containers/create`), so that it is the same on every host. `nil` for all others.
    public var engineBody: JSONValue?

    /// What a tenant asked for.
    public init(
        name: ContainerName, tenant: TenantName, image: String, digest: ImageDigest, command: [String] = [],
        environment: [String: String] = [:], ports: [PortMapping] = [], limits: ResourceLimits = ResourceLimits(),
        capabilities: [Capability]? = nil, hostRoot: Bool? = nil, runtime: RuntimeKind,
        imageSharing: ImageSharing = .fleet, engineBody: JSONValue? = nil
    ) {
        self.name = name
        self.tenant = tenant
        self.image = image
        self.digest = digest
        self.command = command
        self.environment = environment
        self.ports = ports
        self.limits = limits
        self.capabilities = capabilities
        self.hostRoot = hostRoot
        self.runtime = runtime
        self.imageSharing = imageSharing
        self.engineBody = engineBody
    }
}

extension ContainerSpec {
    private enum CodingKeys: String, CodingKey {
        case name, tenant, image, digest, command, environment, ports, limits, capabilities, hostRoot, runtime
        case imageSharing, engineBody
    }

    /// Decodes a specification; older ones share the image with the fleet.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        name = try fields.decode(ContainerName.self, forKey: .name)
        tenant = try fields.decode(TenantName.self, forKey: .tenant)
        image = try fields.decode(String.self, forKey: .image)
        digest = try fields.decode(ImageDigest.self, forKey: .digest)
        command = try fields.decode([String].self, forKey: .command)
        environment = try fields.decode([String: String].self, forKey: .environment)
        ports = try fields.decode([PortMapping].self, forKey: .ports)
        limits = try fields.decode(ResourceLimits.self, forKey: .limits)
        capabilities = try fields.decodeIfPresent([Capability].self, forKey: .capabilities)
        hostRoot = try fields.decodeIfPresent(Bool.self, forKey: .hostRoot)
        runtime = try fields.decode(RuntimeKind.self, forKey: .runtime)
        imageSharing = try fields.decodeIfPresent(ImageSharing.self, forKey: .imageSharing) ?? .fleet
        engineBody = try fields.decodeIfPresent(JSONValue.self, forKey: .engineBody)
    }
}

/// A TCP port of the virtual address and the container's port behind it.
public struct PortMapping: Codable, Sendable, Hashable {
    /// The port clients connect to, 1 to 65535.
    public var port: UInt16
    /// The port the container listens on, 1 to 65535.
    public var containerPort: UInt16

    /// Maps a port of the virtual address to a port of the container.
    public init(port: UInt16, containerPort: UInt16) {
        self.port = port
        self.containerPort = containerPort
    }
}

/// What a container may use.
public struct ResourceLimits: Codable, Sendable, Hashable {
    /// Memory in bytes, at least 4 MiB.
    public var memoryBytes: Int
    /// Processors, such as 0.5 or 2; more than 0.
    public var cpus: Double
    /// Processes and threads at once, at least 1.
    public var processes: Int

    /// Limits; the defaults suit a small service.
    public init(memoryBytes: Int = 256 << 20, cpus: Double = 1, processes: Int = 256) {
        self.memoryBytes = memoryBytes
        self.cpus = cpus
        self.processes = processes
    }

    /// Checks the ranges.
    /// - Throws: `ModelError.outOfRange`.
    public func validate() throws {
        guard memoryBytes >= 4 << 20 else {
            throw ModelError.outOfRange(
                field: "limits.memoryBytes", detail: "must be at least \(4 << 20), is \(memoryBytes)")
        }
        guard cpus > 0, cpus <= 1024 else {
            throw ModelError.outOfRange(field: "limits.cpus", detail: "must be above 0 and at most 1024, is \(cpus)")
        }
        guard (1...4_000_000).contains(processes) else {
            throw ModelError.outOfRange(field: "limits.processes", detail: "must be 1 to 4000000, is \(processes)")
        }
    }
}
