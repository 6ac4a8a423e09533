/// A container that somebody started on a host by themselves, with the label of a tenant.
///
/// It stays as it is until an operator adopts it.
public struct AdoptableContainer: Codable, Sendable, Hashable {
    /// The label that says whose it is.
    public static let tenantLabel = "relocate.tenant"

    /// The daemon's name for it, for good.
    public var id: String
    /// Its name on the host.
    public var name: String
    /// What its label says; not checked.
    public var tenant: String
    /// The image it was made of.
    public var image: String
    /// Why it cannot be adopted, each in words; empty when it can be.
    public var obstacles: [String]

    /// A container that could be adopted, or could not.
    public init(id: String, name: String, tenant: String, image: String, obstacles: [String]) {
        self.id = id
        self.name = name
        self.tenant = tenant
        self.image = image
        self.obstacles = obstacles
    }
}

/// What an agent found out about a container that is to be adopted.
public struct AdoptionRecord: Codable, Sendable, Hashable {
    /// The daemon's name for it.
    public var id: String
    /// Its image in the fleet's repository.
    public var digest: ImageDigest
    /// What its daemon was told when it was made: the body of `POST /containers/create`.
    public var engineBody: JSONValue
    /// The command with its arguments.
    public var command: [String]
    /// What it may use; what is not limited is what a container of the fleet may use.
    public var limits: ResourceLimits

    /// What was found out.
    public init(id: String, digest: ImageDigest, engineBody: JSONValue, command: [String], limits: ResourceLimits) {
        self.id = id
        self.digest = digest
        self.engineBody = engineBody
        self.command = command
        self.limits = limits
    }
}

/// Take a running container into the fleet.
public struct AdoptOrder: Codable, Sendable, Hashable {
    /// The daemon's name for it.
    public var id: String
    /// What it becomes.
    public var spec: ContainerSpec
    /// The container's address.
    public var address: IPv4Address

    /// Take a running container into the fleet.
    public init(id: String, spec: ContainerSpec, address: IPv4Address) {
        self.id = id
        self.spec = spec
        self.address = address
    }
}
