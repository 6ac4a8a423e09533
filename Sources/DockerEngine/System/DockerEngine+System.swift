extension DockerEngine {
    /// The daemon's version.
    public func version(timeout: Duration = .seconds(10)) async throws(DockerError) -> DockerVersion {
        try await wire.document(.get, "/version", within: timeout)
    }

    /// How the daemon is set up.
    public func info(timeout: Duration = .seconds(30)) async throws(DockerError) -> DockerInfo {
        try await wire.document(.get, "/info", within: timeout)
    }

    /// Returns when the daemon has answered at all.
    public func ping(timeout: Duration = .seconds(5)) async throws(DockerError) {
        try await wire.command(.get, "/_ping", within: timeout)
    }
}
