/// An image that a daemon has.
public struct DockerImage: Decodable, Sendable, Hashable {
    /// What identifies it by its content, `sha256:` and 64 digits.
    public var id: String
    /// Its names with tags, such as `redis:7`.
    public var tags: [String]
    /// Its names with digests, such as `redis@sha256:…`: empty for images that came from no registry.
    public var digests: [String]
    /// The configuration that containers get from it.
    public var configuration: JSON
    /// The processor architecture it is for, such as `amd64`.
    public var architecture: String?
    /// The operating system it is for.
    public var operatingSystem: String?
    /// How many bytes it has.
    public var size: Int64
    /// What identifies the contents of its layers, lowest first.
    public var layers: [String]

    private struct RootFileSystem: Decodable {
        var layers: [String]?
        private enum CodingKeys: String, CodingKey { case layers = "Layers" }
    }

    private enum CodingKeys: String, CodingKey {
        case id = "Id"
        case tags = "RepoTags"
        case digests = "RepoDigests"
        case configuration = "Config"
        case architecture = "Architecture"
        case operatingSystem = "Os"
        case size = "Size"
        case rootFileSystem = "RootFS"
    }

    /// Decodes the daemon's answer.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decode(String.self, forKey: .id)
        tags = try container.decodeIfPresent([String].self, forKey: .tags) ?? []
        digests = try container.decodeIfPresent([String].self, forKey: .digests) ?? []
        configuration = try container.decodeIfPresent(JSON.self, forKey: .configuration) ?? .null
        architecture = try container.decodeIfPresent(String.self, forKey: .architecture)
        operatingSystem = try container.decodeIfPresent(String.self, forKey: .operatingSystem)
        size = try container.decodeIfPresent(Int64.self, forKey: .size) ?? 0
        layers = try container.decodeIfPresent(RootFileSystem.self, forKey: .rootFileSystem)?.layers ?? []
    }
}
