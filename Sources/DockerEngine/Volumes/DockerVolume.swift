/// A volume: a directory that outlives the containers that use it.
public struct DockerVolume: Decodable, Sendable, Hashable {
    /// Its name.
    public var name: String
    /// What keeps it, `local` for a directory on this host.
    public var driver: String
    /// Where it is on the host.
    public var path: String
    /// Its labels.
    public var labels: [String: String]
    /// The options of its driver.
    public var options: [String: String]

    private enum CodingKeys: String, CodingKey {
        case name = "Name"
        case driver = "Driver"
        case path = "Mountpoint"
        case labels = "Labels"
        case options = "Options"
    }

    /// Decodes the daemon's answer.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.decode(String.self, forKey: .name)
        driver = try container.decode(String.self, forKey: .driver)
        path = try container.decode(String.self, forKey: .path)
        labels = try container.decodeIfPresent([String: String].self, forKey: .labels) ?? [:]
        options = try container.decodeIfPresent([String: String].self, forKey: .options) ?? [:]
    }
}
