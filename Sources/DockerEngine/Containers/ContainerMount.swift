/// A directory or file of the host that a container sees.
public struct ContainerMount: Decodable, Sendable, Hashable {
    /// `bind`, `volume` or `tmpfs`.
    public var kind: String
    /// The name of the volume, if it is one.
    public var volume: String?
    /// Where it is on the host.
    public var source: String
    /// Where the container sees it.
    public var destination: String
    /// Whether the container may write.
    public var isWritable: Bool
    /// How mounts below it spread between host and container, such as `rprivate`.
    public var propagation: String?

    private enum CodingKeys: String, CodingKey {
        case kind = "Type"
        case volume = "Name"
        case source = "Source"
        case destination = "Destination"
        case isWritable = "RW"
        case propagation = "Propagation"
    }

    /// Decodes the daemon's answer.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        kind = try container.decodeIfPresent(String.self, forKey: .kind) ?? "bind"
        volume = try container.decodeIfPresent(String.self, forKey: .volume)
        source = try container.decodeIfPresent(String.self, forKey: .source) ?? ""
        destination = try container.decode(String.self, forKey: .destination)
        isWritable = try container.decodeIfPresent(Bool.self, forKey: .isWritable) ?? true
        propagation = try container.decodeIfPresent(String.self, forKey: .propagation)
    }
}
