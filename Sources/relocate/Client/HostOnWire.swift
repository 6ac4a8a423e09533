import FleetModel

/// A host as the API shows it: with the names of its containers.
struct HostOnWire: Decodable, Sendable {
    /// The host.
    let host: Host
    /// What it carries.
    let containers: [ContainerName]

    private enum Keys: CodingKey { case containers }

    /// Decodes both from one object.
    init(from decoder: any Decoder) throws {
        host = try Host(from: decoder)
        containers = try decoder.container(keyedBy: Keys.self).decode([ContainerName].self, forKey: .containers)
    }
}
