/// What a daemon says about its own version.
public struct DockerVersion: Decodable, Sendable, Hashable {
    /// The version of Docker, such as `20.10.24`.
    public var version: String
    /// The newest version of the Engine API that it speaks.
    public var apiVersion: String
    /// The oldest version of the Engine API that it speaks.
    public var minimumAPIVersion: String?
    /// Whether checkpoints can be made.
    public var isExperimental: Bool
    /// The kernel it runs on.
    public var kernelVersion: String?

    private enum CodingKeys: String, CodingKey {
        case version = "Version"
        case apiVersion = "ApiVersion"
        case minimumAPIVersion = "MinAPIVersion"
        case isExperimental = "Experimental"
        case kernelVersion = "KernelVersion"
    }

    /// Decodes the daemon's answer.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        version = try container.decode(String.self, forKey: .version)
        apiVersion = try container.decode(String.self, forKey: .apiVersion)
        minimumAPIVersion = try container.decodeIfPresent(String.self, forKey: .minimumAPIVersion)
        isExperimental = try container.decodeIfPresent(Bool.self, forKey: .isExperimental) ?? false
        kernelVersion = try container.decodeIfPresent(String.self, forKey: .kernelVersion)
    }
}
