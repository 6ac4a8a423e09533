import FleetModel

/// How an archive becomes an image.
struct ImagePlan {
    /// The image's content address.
    let digest: ImageDigest
    /// The names that the archive gives it.
    let names: [ImageName]
    /// How to run it.
    let defaults: ImageDefaults
    /// The layers, lowest first.
    let layers: [Layer]
    /// Whether the layers are files in the archive, with whiteouts, or the archive is the only layer itself.
    let isLayered: Bool

    /// A layer with what its bytes must be.
    struct Layer {
        /// Its path in the archive.
        let path: String
        /// The digest as it lies in the archive, perhaps compressed; `nil` when nothing promises one.
        let blob: ImageDigest?
        /// The digest after decompression.
        let content: ImageDigest
    }

    /// Finds out what an archive is.
    /// - Throws: `ImageError` with the code `notAnImage`, `broken`, `wrongDigest`, `wrongPlatform` or `ambiguous`.
    init(_ outline: ArchiveOutline) throws {
        if let bytes = outline.documents["manifest.json"], let entries = DockerManifest.read(bytes) {
            try self.init(outline, docker: entries)
        } else if outline.documents["oci-layout"] != nil, let bytes = outline.documents["index.json"] {
            try self.init(outline, index: bytes)
        } else {
            try self.init(rootFileSystem: outline)
        }
    }

    private init(rootFileSystem outline: ArchiveOutline) throws {
        guard outline.holdsProgram else {
            throw ImageError(
                .notAnImage,
                "the archive is neither from 'docker save' (manifest.json) nor an OCI layout (oci-layout, index.json), "
                    + "and as a root file system it holds no program")
        }
        digest = outline.digest
        names = []
        defaults = ImageDefaults()
        layers = [Layer(path: outline.path, blob: nil, content: outline.digest)]
        isLayered = false
    }

    private init(_ outline: ArchiveOutline, docker entries: [DockerManifest]) throws {
        guard let entry = entries.first, entries.count == 1 else {
            throw ImageError(.ambiguous, "the archive holds \(entries.count) images; save exactly one")
        }
        guard let bytes = outline.documents[outline.target(of: entry.config)] else {
            throw ImageError(.broken, "the archive lacks the configuration \(entry.config)")
        }
        let digest = ImageDigest(hashing: bytes)
        let hex = entry.config.split(separator: "/").last?.prefix { $0 != "." } ?? ""
        if let promised = try? ImageDigest("sha256:\(hex)") {
            try Promise(subject: "the configuration \(entry.config)", digest: promised).check(digest)
        }
        let configuration = try ImageConfiguration(bytes)
        try self.init(
            digest, configuration, (entry.repositoryTags ?? []).compactMap { try? ImageName($0) },
            entry.layers.map { (outline.target(of: $0), nil) })
    }

    private init(_ outline: ArchiveOutline, index bytes: [UInt8]) throws {
        let (descriptor, name) = try OCILayout(outline).manifest(in: bytes)
        let manifest = try Document.read(
            OCIManifest.self, try OCILayout(outline).blob(descriptor.digest), "the manifest \(descriptor.digest)")
        let configuration = try ImageConfiguration(OCILayout(outline).blob(manifest.config.digest))
        try self.init(
            manifest.config.digest, configuration, [name].compactMap { $0 },
            manifest.layers.map { (OCILayout.path(of: $0.digest), $0.digest) })
    }

    private init(
        _ digest: ImageDigest, _ configuration: ImageConfiguration, _ names: [ImageName],
        _ files: [(path: String, blob: ImageDigest?)]
    ) throws {
        let contents = configuration.rootfs.diffIDs
        guard files.count == contents.count, !files.isEmpty else {
            throw ImageError(
                .broken, "the manifest names \(files.count) layers, but the image's configuration \(contents.count)")
        }
        self.digest = digest
        self.names = names
        defaults = configuration.defaults
        layers = zip(files, contents).map { Layer(path: $0.path, blob: $0.blob, content: $1) }
        isLayered = true
    }
}

/// One image of the `manifest.json` that `docker save` writes.
struct DockerManifest: Decodable {
    let config: String
    let repositoryTags: [String]?
    let layers: [String]

    enum CodingKeys: String, CodingKey {
        case config = "Config"
        case repositoryTags = "RepoTags"
        case layers = "Layers"
    }

    /// Reads the file, `nil` when it is something else of that name.
    static func read(_ bytes: [UInt8]) -> [DockerManifest]? {
        try? FleetJSON.decode([DockerManifest].self, from: bytes)
    }
}
