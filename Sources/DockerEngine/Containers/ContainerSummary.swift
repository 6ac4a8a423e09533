/// A container in a list.
public struct ContainerSummary: Decodable, Sendable, Hashable {
    /// The container's id, 64 digits.
    public var id: String
    /// Its name; empty while it is being removed.
    public var name: String
    /// The name of the image it was made of.
    public var image: String
    /// The id of that image.
    public var imageID: String
    /// `created`, `running`, `paused`, `restarting`, `removing`, `exited` or `dead`.
    public var state: String
    /// The state for people, such as `Up 5 minutes (healthy)`.
    public var status: String
    /// Its labels.
    public var labels: [String: String]

    private enum CodingKeys: String, CodingKey {
        case id = "Id"
        case names = "Names"
        case image = "Image"
        case imageID = "ImageID"
        case state = "State"
        case status = "Status"
        case labels = "Labels"
    }

    /// Decodes the daemon's answer.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decode(String.self, forKey: .id)
        // Links give a container more names, of the form `/other/alias`.
        let names = try container.decodeIfPresent([String].self, forKey: .names) ?? []
        name = names.map { String($0.drop { $0 == "/" }) }.first { !$0.contains("/") } ?? ""
        image = try container.decodeIfPresent(String.self, forKey: .image) ?? ""
        imageID = try container.decodeIfPresent(String.self, forKey: .imageID) ?? ""
        state = try container.decode(String.self, forKey: .state)
        status = try container.decodeIfPresent(String.self, forKey: .status) ?? ""
        labels = try container.decodeIfPresent([String: String].self, forKey: .labels) ?? [:]
    }
}
