extension DockerEngine {
    /// Stops all processes of a container where they are (`docker pause`).
    /// - Throws: `DockerError`; `conflict` when it does not run or is paused already.
    public func pause(_ container: String, timeout: Duration = .seconds(20)) async throws(DockerError) {
        try await wire.command(.post, EnginePath("containers", container, "pause"), within: timeout)
    }

    /// Lets the processes of a paused container go on.
    /// - Throws: `DockerError`; `conflict` when it is not paused.
    public func unpause(_ container: String, timeout: Duration = .seconds(20)) async throws(DockerError) {
        try await wire.command(.post, EnginePath("containers", container, "unpause"), within: timeout)
    }
}
