/// Something that has happened at a daemon.
public struct DockerEvent: Decodable, Sendable, Hashable {
    /// What it has happened to: `container`, `image`, `volume`, `network` or `daemon`.
    public var kind: String
    /// What has happened, such as `start`, `die` or `exec_start: /bin/true`.
    public var action: String
    /// The id of what it has happened to; for images and volumes the name.
    public var id: String
    /// More about it: labels, `name`, `image`, `exitCode`.
    public var attributes: [String: String]
    /// When, in nanoseconds since 1970.
    public var nanoseconds: Int64

    /// The name of what it has happened to.
    public var name: String? { attributes["name"] }

    private struct Actor: Decodable {
        var id: String?
        var attributes: [String: String]?
        enum CodingKeys: String, CodingKey {
            case id = "ID"
            case attributes = "Attributes"
        }
    }

    private enum CodingKeys: String, CodingKey {
        case kind = "Type"
        case action = "Action"
        case actor = "Actor"
        case nanoseconds = "timeNano"
    }

    /// Decodes a line of the daemon's answer.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        kind = try container.decode(String.self, forKey: .kind)
        action = try container.decode(String.self, forKey: .action)
        let actor = try container.decodeIfPresent(Actor.self, forKey: .actor)
        id = actor?.id ?? ""
        attributes = actor?.attributes ?? [:]
        nanoseconds = try container.decodeIfPresent(Int64.self, forKey: .nanoseconds) ?? 0
    }
}
