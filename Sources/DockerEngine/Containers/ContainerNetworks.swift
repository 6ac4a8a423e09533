/// How a container is connected.
public struct ContainerNetworks: Decodable, Sendable, Hashable {
    /// The network namespace's file on the host; empty when the container does not run.
    public var namespace: String
    /// The published ports, as the daemon writes them.
    public var ports: JSON
    /// Each network's end of the container, by the network's name, as the daemon writes it.
    public var endpoints: [String: JSON]

    /// The container's address in a network; `nil` when it has none there at present.
    public func address(in network: String) -> String? {
        endpoints[network]?["IPAddress"]?.unlessEmpty?.string
    }

    private enum CodingKeys: String, CodingKey {
        case namespace = "SandboxKey"
        case ports = "Ports"
        case endpoints = "Networks"
    }

    /// Decodes the daemon's answer.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        namespace = try container.decodeIfPresent(String.self, forKey: .namespace) ?? ""
        ports = try container.decodeIfPresent(JSON.self, forKey: .ports) ?? .null
        endpoints = try container.decodeIfPresent([String: JSON].self, forKey: .endpoints) ?? [:]
    }
}
