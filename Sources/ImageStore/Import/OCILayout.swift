import FleetModel

/// The OCI image layout (OCI image specification, "Image Layout") in an archive.
struct OCILayout {
    private let outline: ArchiveOutline

    /// Looks at an archive.
    init(_ outline: ArchiveOutline) { self.outline = outline }

    /// Where a blob lies.
    static func path(of digest: ImageDigest) -> String { "blobs/sha256/\(digest.hex)" }

    /// A blob that is a document, compared with its digest.
    /// - Throws: `ImageError` with the code `broken` or `wrongDigest`.
    func blob(_ digest: ImageDigest) throws -> [UInt8] {
        guard let bytes = outline.documents[Self.path(of: digest)] else {
            throw ImageError(.broken, "the archive lacks \(Self.path(of: digest)), or it is bigger than 4 MiB")
        }
        try Promise(subject: Self.path(of: digest), digest: digest).check(ImageDigest(hashing: bytes))
        return bytes
    }

    /// The one image for this machine in an index, and its name if the index says one. Indices may be nested.
    /// - Throws: `ImageError` with the code `broken`, `wrongDigest`, `wrongPlatform` or `ambiguous`.
    func manifest(in bytes: [UInt8]) throws -> (OCIDescriptor, ImageName?) {
        let index = try Document.read(OCIIndex.self, bytes, "the image index")
        let images = index.manifests.filter { !$0.isAttestation }
        let names = Set(images.compactMap(\.imageName))
        let fitting = images.filter { $0.platform?.isThisMachine ?? true }
        guard let image = fitting.first else {
            let platforms = images.compactMap { $0.platform?.description }.joined(separator: ", ")
            throw ImageError(
                .wrongPlatform,
                images.isEmpty
                    ? "the image index is empty"
                    : "the archive has images for \(platforms); this machine is linux/\(Platform.architecture)")
        }
        guard Set(fitting.map(\.digest)).count == 1 else {
            throw ImageError(.ambiguous, "the archive holds \(fitting.count) images for this machine; save exactly one")
        }
        guard image.isIndex else { return (image, names.min()) }
        let (descriptor, name) = try manifest(in: blob(image.digest))
        return (descriptor, names.min() ?? name)
    }
}

/// What an index points to (OCI image specification, "Content Descriptors").
struct OCIDescriptor: Decodable {
    let mediaType: String?
    let digest: ImageDigest
    let platform: OCIPlatform?
    let annotations: [String: String]?

    /// Whether it points to a further index.
    var isIndex: Bool { mediaType?.contains("index") ?? false || mediaType?.contains("manifest.list") ?? false }

    /// Whether it points to a statement about an image rather than to one.
    var isAttestation: Bool { annotations?["vnd.docker.reference.type"] != nil || platform?.os == "unknown" }

    /// The name it is known by, when it is a name and not only a tag.
    var imageName: ImageName? {
        let full = annotations?["io.containerd.image.name"] ?? annotations?["org.opencontainers.image.ref.name"]
        return full.flatMap { try? ImageName($0) }
    }
}

/// What an image runs on.
struct OCIPlatform: Decodable, CustomStringConvertible {
    let architecture: String
    let os: String

    /// Whether this machine is such a one.
    var isThisMachine: Bool { os == "linux" && architecture == Platform.architecture }

    /// Both, with a slash.
    var description: String { "\(os)/\(architecture)" }
}

/// A list of images (OCI image specification, "Image Index").
struct OCIIndex: Decodable {
    let manifests: [OCIDescriptor]
}

/// The parts of an image (OCI image specification, "Image Manifest").
struct OCIManifest: Decodable {
    let config: OCIDescriptor
    let layers: [OCIDescriptor]
}
