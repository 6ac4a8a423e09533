import FleetModel

/// The hosts of a simulation.
public enum SimulatedFleet: Sendable, Hashable {
    /// Hosts that are made up.
    case synthetic(SyntheticFleet)
    /// Hosts that are given, such as those of a live fleet.
    case hosts([SimulatedHost])
}

/// Hosts whose attributes are drawn. Each block of runs has a fleet of its own, so results do not hang on one draw.
public struct SyntheticFleet: Codable, Sendable, Hashable {
    /// n, 2 to 1000.
    public var hosts: Int
    /// How many attributes of configuration each host has, 0 to 32. In a group without any all hosts are the same.
    public var configurationAttributes: Int
    /// How many of network, 0 to 32.
    public var networkAttributes: Int
    /// How many of services, 0 to 32.
    public var serviceAttributes: Int
    /// How many values an attribute may have, 1 to 1000.
    public var values: Int
    /// The exponent of Zipf's law: value k has a probability in proportion to k^−skew. 0 to 10.
    public var skew: Double
    /// How many other tenants there are, each with `containersPerBystander` containers on random hosts, standing still.
    public var bystanders: Int
    /// How many containers each of them has, 1 to 100.
    public var containersPerBystander: Int

    /// A fleet; with the defaults two hosts differ by about two thirds on average.
    public init(
        hosts: Int = 30, configurationAttributes: Int = 4, networkAttributes: Int = 2, serviceAttributes: Int = 2,
        values: Int = 4, skew: Double = 1, bystanders: Int = 0, containersPerBystander: Int = 1
    ) {
        self.hosts = hosts
        self.configurationAttributes = configurationAttributes
        self.networkAttributes = networkAttributes
        self.serviceAttributes = serviceAttributes
        self.values = values
        self.skew = skew
        self.bystanders = bystanders
        self.containersPerBystander = containersPerBystander
    }
}

/// A host that is given.
public struct SimulatedHost: Codable, Sendable, Hashable {
    /// Its name.
    public var name: HostName
    /// What it is made of.
    public var profile: HostProfile
    /// The tenants with containers there, which stand still.
    public var tenants: [TenantName]

    /// A host.
    public init(name: HostName, profile: HostProfile, tenants: [TenantName] = []) {
        self.name = name
        self.profile = profile
        self.tenants = tenants
    }
}

extension SyntheticFleet {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case hosts, configurationAttributes, networkAttributes, serviceAttributes, values, skew, bystanders
        case containersPerBystander
    }

    /// Decodes a fleet; what is left out has its default.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.fields(of: CodingKeys.self)
        let defaults = SyntheticFleet()
        hosts = try fields.value(.hosts, or: defaults.hosts)
        configurationAttributes = try fields.value(.configurationAttributes, or: defaults.configurationAttributes)
        networkAttributes = try fields.value(.networkAttributes, or: defaults.networkAttributes)
        serviceAttributes = try fields.value(.serviceAttributes, or: defaults.serviceAttributes)
        values = try fields.value(.values, or: defaults.values)
        skew = try fields.value(.skew, or: defaults.skew)
        bystanders = try fields.value(.bystanders, or: defaults.bystanders)
        containersPerBystander = try fields.value(.containersPerBystander, or: defaults.containersPerBystander)
    }
}

extension SimulatedHost {
    private enum CodingKeys: String, CodingKey, CaseIterable { case name, profile, tenants }

    /// Decodes a host; one without a profile is one of which nothing is known.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.fields(of: CodingKeys.self)
        name = try fields.decode(HostName.self, forKey: .name)
        profile = try fields.value(.profile, or: HostProfile())
        tenants = try fields.value(.tenants, or: [])
    }
}
