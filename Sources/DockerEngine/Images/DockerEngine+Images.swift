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
}
