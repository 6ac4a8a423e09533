extension DockerEngine {
    /// Makes a volume. One of that name that exists already is returned as it is.
    @discardableResult
    public func createVolume(
        _ name: String, driver: String = "local", options: [String: String] = [:], labels: [String: String] = [:],
        timeout: Duration = .seconds(30)
    ) async throws(DockerError) -> DockerVolume {
        let body: JSON = [
            "Name": .string(name), "Driver": .string(driver),
            "DriverOpts": .object(options.mapValues(JSON.string)),
            "Labels": .object(labels.mapValues(JSON.string)),
        ]
        return try await wire.document(.post, "/volumes/create", json: body, within: timeout)
    }

    /// A volume. Throws `DockerError` with the case `notFound` if there is none of that name.
    public func volume(_ name: String, timeout: Duration = .seconds(10)) async throws(DockerError) -> DockerVolume {
        try await wire.document(.get, EnginePath("volumes", name), within: timeout)
    }

    /// Removes a volume and what is in it. Throws `DockerError` with the case `conflict` while a container uses it.
    public func removeVolume(
        _ name: String, force: Bool = false, timeout: Duration = .seconds(30)
    ) async throws(DockerError) {
        try await wire.command(.delete, EnginePath("volumes", name).with("force", force), within: timeout)
    }
}
