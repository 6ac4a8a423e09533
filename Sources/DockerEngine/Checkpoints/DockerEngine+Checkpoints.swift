/// Checkpoints, which only a daemon in experimental mode makes: others refuse with the status 501.
///
/// Docker writes a checkpoint into any directory, but restores only from its own place under
/// `<DockerRootDir>/containers/<id>/checkpoints`. A checkpoint that is missing, or exists already, is refused with the
/// status 500: the daemon does not say `notFound` or `conflict` of checkpoints.
extension DockerEngine {
    /// Writes the memory of a running container to files.
    ///
    /// A container that ends by it has ended like any other for the daemon: unless its restart policy is `no`, the daemon
    /// starts it anew at once, without its memory. `update` changes the policy before, also while it runs.
    /// - Parameters:
    ///   - container: The container's id or name.
    ///   - id: The name of the checkpoint; there must be none of that name.
    ///   - directory: Where to put it; `nil` for the daemon's own place.
    ///   - exit: Whether the container ends by it, or goes on.
    ///   - timeout: How long it may take.
    public func createCheckpoint(
        _ container: String, id: String, directory: String? = nil, exit: Bool, timeout: Duration = .seconds(120)
    ) async throws(DockerError) {
        var body: JSON = ["CheckpointID": .string(id), "Exit": .bool(exit)]
        if let directory { body["CheckpointDir"] = .string(directory) }
        try await wire.command(.post, EnginePath("containers", container, "checkpoints"), json: body, within: timeout)
    }

    /// The names of a container's checkpoints.
    public func checkpoints(
        _ container: String, directory: String? = nil, timeout: Duration = .seconds(10)
    ) async throws(DockerError) -> [String] {
        struct Checkpoint: Decodable {
            var name: String
            enum CodingKeys: String, CodingKey { case name = "Name" }
        }
        let path = try EnginePath("containers", container, "checkpoints").with("dir", directory)
        let found: [Checkpoint]? = try await wire.document(.get, path, within: timeout)
        return (found ?? []).map(\.name)
    }

    /// Removes a checkpoint and its files.
    public func deleteCheckpoint(
        _ container: String, id: String, directory: String? = nil, timeout: Duration = .seconds(30)
    ) async throws(DockerError) {
        var path = try EnginePath("containers", container, "checkpoints")
        try path.append(id)
        try await wire.command(.delete, path.with("dir", directory), within: timeout)
    }
}
