import FleetModel

/// A host with the names of its containers, and with the profile that its facts and labels make.
public struct HostView: Codable, Sendable, Equatable {
    /// The host.
    public var host: Host
    /// What it carries.
    public var containers: [ContainerName]

    private enum CodingKeys: CodingKey { case containers, profile }

    /// A host with what it carries.
    public init(host: Host, containers: [ContainerName]) {
        self.host = host
        self.containers = containers
    }

    /// Decodes both from one object.
    public init(from decoder: any Decoder) throws {
        host = try Host(from: decoder)
        containers = try decoder.container(keyedBy: CodingKeys.self).decode([ContainerName].self, forKey: .containers)
    }

    /// Encodes all of it into one object.
    public func encode(to encoder: any Encoder) throws {
        try host.encode(to: encoder)
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(containers, forKey: .containers)
        try fields.encode(host.profile, forKey: .profile)
    }
}
