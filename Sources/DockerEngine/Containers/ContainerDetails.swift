/// All that a daemon tells of a container.
public struct ContainerDetails: Decodable, Sendable, Hashable {
    /// The container's id, 64 digits.
    public var id: String
    /// Its name, without the slash that the daemon writes before it.
    public var name: String
    /// When it was made, as the daemon writes it.
    public var created: String
    /// The id of the image it is made of.
    public var imageID: String
    /// How it stands.
    public var state: ContainerState
    /// What it is, as it was given when it was made: see `creationBody`.
    public var configuration: JSON
    /// How it is run on this host, as it was given when it was made: see `creationBody`.
    public var hostConfiguration: JSON
    /// The storage driver that keeps its files.
    public var storageDriver: String
    /// Where the storage driver keeps what it has written, if the driver has such a place: `overlay2` does, `vfs` does not.
    public var upperDirectory: String?
    /// Where its root file system is mounted while it runs, with the same restriction.
    public var mergedDirectory: String?
    /// What it sees of the host.
    public var mounts: [ContainerMount]
    /// How it is connected.
    public var networks: ContainerNetworks
    /// The file its output is kept in; empty for log drivers that have none.
    public var logPath: String
    /// How often its restart policy has started it again.
    public var restartCount: Int

    /// The name of the image it was made of.
    public var image: String { configuration["Image"]?.string ?? "" }
    /// Whether it has a terminal, where output and errors are one.
    public var hasTerminal: Bool { configuration["Tty"]?.bool ?? false }
    /// Its labels.
    public var labels: [String: String] { (configuration["Labels"]?.object ?? [:]).compactMapValues(\.string) }
    /// Its environment, as `NAME=value`.
    public var environment: [String] { (configuration["Env"]?.array ?? []).compactMap(\.string) }
    /// Its network: `bridge`, `host`, `none`, `container:<id>` or the name of a network.
    public var networkMode: String { hostConfiguration["NetworkMode"]?.string ?? "" }
    /// When it is started again.
    public var restartPolicy: RestartPolicy? { hostConfiguration["RestartPolicy"].flatMap(RestartPolicy.init) }

    private struct GraphDriver: Decodable {
        var name: String?
        var data: [String: String]?
        enum CodingKeys: String, CodingKey {
            case name = "Name"
            case data = "Data"
        }
    }

    private enum CodingKeys: String, CodingKey {
        case id = "Id"
        case name = "Name"
        case created = "Created"
        case imageID = "Image"
        case state = "State"
        case configuration = "Config"
        case hostConfiguration = "HostConfig"
        case graphDriver = "GraphDriver"
        case mounts = "Mounts"
        case networks = "NetworkSettings"
        case logPath = "LogPath"
        case restartCount = "RestartCount"
    }

    /// Decodes the daemon's answer.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decode(String.self, forKey: .id)
        let name = try container.decode(String.self, forKey: .name)
        self.name = name.hasPrefix("/") ? String(name.dropFirst()) : name
        created = try container.decodeIfPresent(String.self, forKey: .created) ?? ""
        imageID = try container.decodeIfPresent(String.self, forKey: .imageID) ?? ""
        state = try container.decode(ContainerState.self, forKey: .state)
        configuration = try container.decode(JSON.self, forKey: .configuration)
        hostConfiguration = try container.decode(JSON.self, forKey: .hostConfiguration)
        let driver = try container.decodeIfPresent(GraphDriver.self, forKey: .graphDriver)
        storageDriver = driver?.name ?? ""
        upperDirectory = driver?.data?["UpperDir"]
        mergedDirectory = driver?.data?["MergedDir"]
        mounts = try container.decodeIfPresent([ContainerMount].self, forKey: .mounts) ?? []
        networks = try container.decode(ContainerNetworks.self, forKey: .networks)
        logPath = try container.decodeIfPresent(String.self, forKey: .logPath) ?? ""
        restartCount = try container.decodeIfPresent(Int.self, forKey: .restartCount) ?? 0
    }
}
