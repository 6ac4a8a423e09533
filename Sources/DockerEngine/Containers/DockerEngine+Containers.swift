/// What becomes of a request to make a container.
public struct CreatedContainer: Decodable, Sendable, Hashable {
    /// The new container's id, 64 digits.
    public var id: String
    /// What the daemon warns of, such as a limit that the kernel does not know.
    public var warnings: [String]

    private enum CodingKeys: String, CodingKey {
        case id = "Id"
        case warnings = "Warnings"
    }

    /// Decodes the daemon's answer.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decode(String.self, forKey: .id)
        warnings = try container.decodeIfPresent([String].self, forKey: .warnings) ?? []
    }
}

/// Containers. Wherever one is meant, its id, the beginning of its id, or its name will do.
extension DockerEngine {
    /// The containers.
    /// - Parameters:
    ///   - all: Whether to list also those that do not run.
    ///   - labels: Only those that have all of these labels, each given as `name` or `name=value`.
    ///   - timeout: How long it may take.
    public func list(
        all: Bool = false, labels: [String] = [], timeout: Duration = .seconds(30)
    ) async throws(DockerError) -> [ContainerSummary] {
        let path = EnginePath("/containers/json").with("all", all).with(filters: ["label": labels])
        return try await wire.document(.get, path, within: timeout)
    }

    /// All about a container.
    public func inspect(
        _ container: String, timeout: Duration = .seconds(10)
    ) async throws(DockerError) -> ContainerDetails {
        try await wire.document(.get, EnginePath("containers", container, "json"), within: timeout)
    }

    /// Makes a container. It does not run yet.
    /// - Parameters:
    ///   - name: Its name; `nil` lets the daemon make one up.
    ///   - body: Its configuration, in the form of the API or from `ContainerDetails.creationBody`.
    ///   - timeout: How long it may take.
    public func create(
        name: String? = nil, body: JSON, timeout: Duration = .seconds(60)
    ) async throws(DockerError) -> CreatedContainer {
        let path = EnginePath("/containers/create").with("name", name)
        return try await wire.document(.post, path, json: body, within: timeout)
    }

    /// Starts a container, or restores it from a checkpoint.
    /// - Parameters:
    ///   - container: The container.
    ///   - checkpoint: The name of a checkpoint in the daemon's own place for this container.
    ///   - timeout: How long it may take.
    /// - Returns: false if it was running already; then nothing has been restored either.
    @discardableResult
    public func start(
        _ container: String, checkpoint: String? = nil, timeout: Duration = .seconds(60)
    ) async throws(DockerError) -> Bool {
        let path = try EnginePath("containers", container, "start").with("checkpoint", checkpoint)
        return try await wire.command(.post, path, within: timeout)
    }

    /// Asks a container to end, and ends it by force if it has not done so in time.
    /// - Parameters:
    ///   - container: The container.
    ///   - seconds: How long it has to end by itself.
    ///   - timeout: How long it may take in addition to that.
    /// - Returns: false if it was not running.
    @discardableResult
    public func stop(
        _ container: String, seconds: Int = 10, timeout: Duration = .seconds(30)
    ) async throws(DockerError) -> Bool {
        let path = try EnginePath("containers", container, "stop").with("t", String(seconds))
        return try await wire.command(.post, path, within: timeout + .seconds(max(0, seconds)))
    }

    /// Sends a signal, by name or number, to a container's first process. Throws `DockerError` with the case `conflict` if
    /// it does not run.
    public func kill(
        _ container: String, signal: String = "SIGKILL", timeout: Duration = .seconds(20)
    ) async throws(DockerError) {
        let path = try EnginePath("containers", container, "kill").with("signal", signal)
        try await wire.command(.post, path, within: timeout)
    }

    /// Waits until a container does not run, which may be so already.
    /// - Parameters:
    ///   - container: The container.
    ///   - timeout: How long to wait; `nil` for as long as it takes.
    /// - Returns: its exit code.
    public func wait(_ container: String, timeout: Duration? = .seconds(60)) async throws(DockerError) -> Int {
        let answer: JSON = try await wire.document(.post, EnginePath("containers", container, "wait"), within: timeout)
        if let message = answer["Error"]?["Message"]?.unlessEmpty?.string {
            throw .refused(status: 200, message: message)
        }
        guard let code = answer["StatusCode"]?.integer else { throw .invalidAnswer("there is no exit code in it") }
        return Int(code)
    }

    /// Removes a container.
    /// - Parameters:
    ///   - container: The container.
    ///   - force: Whether to end it if it runs; otherwise `DockerError` with the case `conflict` is thrown.
    ///   - volumes: Whether to remove also the volumes that the daemon has named itself.
    ///   - timeout: How long it may take.
    public func remove(
        _ container: String, force: Bool = false, volumes: Bool = false, timeout: Duration = .seconds(60)
    ) async throws(DockerError) {
        let path = try EnginePath("containers", container).with("force", force).with("v", volumes)
        try await wire.command(.delete, path, within: timeout)
    }

    /// Gives a container another name.
    public func rename(
        _ container: String, to name: String, timeout: Duration = .seconds(20)
    ) async throws(DockerError) {
        let path = try EnginePath("containers", container, "rename").with("name", name)
        try await wire.command(.post, path, within: timeout)
    }

    /// Changes when a container is started again, and what it may use.
    /// - Parameters:
    ///   - container: The container.
    ///   - restartPolicy: When it is started again; `nil` leaves that as it is.
    ///   - resources: Limits in the form of the API, such as `["Memory": 67108864]`.
    ///   - timeout: How long it may take.
    /// - Returns: what the daemon warns of.
    @discardableResult
    public func update(
        _ container: String, restartPolicy: RestartPolicy? = nil, resources: [String: JSON] = [:],
        timeout: Duration = .seconds(20)
    ) async throws(DockerError) -> [String] {
        var body = JSON.object(resources)
        if let restartPolicy { body["RestartPolicy"] = restartPolicy.json }
        let path = try EnginePath("containers", container, "update")
        let answer: JSON = try await wire.document(.post, path, json: body, within: timeout)
        return (answer["Warnings"]?.array ?? []).compactMap(\.string)
    }
}
