import HTTP

extension DockerEngine {
    /// An image, by name or by id; `nil` when the daemon does not have it.
    public func image(
        _ reference: String, timeout: Duration = .seconds(10)
    ) async throws(DockerError) -> DockerImage? {
        do {
            return try await wire.document(.get, EnginePath("images", reference, "json"), within: timeout)
        } catch .notFound {
            return nil
        }
    }

    /// Takes in the images of an archive that `docker save` has written.
    /// - Returns: the names of the images, or the ids of those that have no name.
    @discardableResult
    public func loadImage(
        archive path: String, timeout: Duration = .seconds(600)
    ) async throws(DockerError) -> [String] {
        let report = try await wire.exchange(
            .post, EnginePath("/images/load").with("quiet", true), body: .file(path: path), type: "application/x-tar",
            within: timeout, ProgressReport.read)
        return report.messages.compactMap(Self.loadedName)
    }

    private static func loadedName(_ message: String) -> String? {
        for beginning in ["Loaded image: ", "Loaded image ID: "] where message.hasPrefix(beginning) {
            return String(message.dropFirst(beginning.count).prefix { !$0.isNewline })
        }
        return nil
    }

    /// Makes an image of one layer from an archive of a root file system.
    /// - Parameters:
    ///   - path: The archive, a tar file that may be compressed.
    ///   - reference: The name of the image, such as `demo/echo:1`.
    ///   - changes: Lines of a Dockerfile for its configuration, such as `CMD ["/bin/echo"]`.
    ///   - timeout: How long it may take.
    /// - Returns: the id of the image.
    @discardableResult
    public func importImage(
        rootfs path: String, reference: String, changes: [String] = [], timeout: Duration = .seconds(600)
    ) async throws(DockerError) -> String {
        var target = EnginePath("/images/create").with("fromSrc", "-").with("repo", reference)
        for change in changes { target = target.with("changes", change) }
        let report = try await wire.exchange(
            .post, target, body: .file(path: path), type: "application/x-tar", within: timeout, ProgressReport.read)
        guard let id = report.messages.last, id.hasPrefix("sha256:") else {
            throw .invalidAnswer("it does not say which image came of \(path)")
        }
        return id
    }

    /// Gets an image from its registry. A name without a tag or digest means the tag `latest`.
    public func pullImage(_ reference: String, timeout: Duration = .seconds(1800)) async throws(DockerError) {
        let name = Self.hasTagOrDigest(reference) ? reference : reference + ":latest"
        _ = try await wire.exchange(
            .post, EnginePath("/images/create").with("fromImage", name), within: timeout, ProgressReport.read)
    }

    /// The daemon would pull all tags of a name without one.
    private static func hasTagOrDigest(_ reference: String) -> Bool {
        guard let last = reference.split(separator: "/").last else { return false }
        return last.contains(":") || last.contains("@")
    }

    /// Removes an image, or one of its names if it has several.
    /// - Parameters:
    ///   - reference: A name or an id.
    ///   - force: Whether to remove it although stopped containers are made of it.
    ///   - timeout: How long it may take.
    public func removeImage(
        _ reference: String, force: Bool = false, timeout: Duration = .seconds(60)
    ) async throws(DockerError) {
        try await wire.command(.delete, EnginePath("images", reference).with("force", force), within: timeout)
    }
}
