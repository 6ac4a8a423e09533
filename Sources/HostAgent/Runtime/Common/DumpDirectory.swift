import FleetModel

/// The dump of one relocation on the shared storage: CRIU's images, the writable layer, and a manifest.
///
/// The manifest is written last, while the tasks are still stopped: a dump without one is not whole. Everything in it
/// is readable by its owner only, for it holds the container's memory.
///
/// It says which stay on which host makes it. That stay removes it, and nobody else, so that a dump that was begun by an
/// agent which was ended is found by its successor.
struct DumpDirectory: Sendable, Hashable {
    /// What a restore needs to know beside the images.
    struct Manifest: Codable, Sendable, Hashable {
        /// The container.
        var container: ContainerName
        /// The inode of the pipe that was the container's output.
        var outputPipe: UInt64
        /// Whether there is a writable layer.
        var hasLayer: Bool
        /// The mark of who writes down what the container wrote until the dump.
        var outputWriter: String? = nil
        /// Who the container's users were on the host of the dump; `nil` for the host's own.
        var ids: IDRange? = nil
    }

    /// Who makes a dump.
    struct Maker: Codable, Sendable, Hashable {
        /// The host.
        var host: HostName
        /// The runtime there.
        var runtime: RuntimeKind
        /// The stay there.
        var stay: Stay
    }

    /// Where it is.
    let path: String

    /// The dump of a relocation.
    init(of relocation: RelocationID, in sharedDirectory: String) {
        path = "\(Self.all(in: sharedDirectory))/\(Self.prefix)\(relocation)"
    }

    /// The directory of all dumps.
    static func all(in sharedDirectory: String) -> String { sharedDirectory + "/dumps" }

    private static let prefix = "relocation-"

    /// The relocation whose dump it is; `nil` for one that is thrown away.
    var relocation: RelocationID? {
        guard let name = path.split(separator: "/").last, name.hasPrefix(Self.prefix) else { return nil }
        return Int64(name.dropFirst(Self.prefix.count)).map { RelocationID($0) }
    }

    /// A dump that is thrown away at once.
    init(scratch path: String) { self.path = path }

    /// The writable layer.
    var layer: FileArchive { FileArchive(path: path + "/layer.tar", of: "the container's files") }
    /// What CRIU's images lack of the processes.
    var traitsFile: String { path + "/traits.json" }
    /// The connections that are broken, and that CRIU takes for ended.
    var brokenFile: String { path + "/broken.json" }
    private var manifestFile: String { path + "/manifest.json" }
    private var makerFile: String { path + "/maker.json" }

    /// Makes it anew, empty.
    func create(by maker: Maker) throws(StepFailure) {
        try remove()
        try FileTree.make(path)
        try JSONFile(makerFile).write(maker)
    }

    /// Whose dump it is; `nil` when that cannot be read.
    var maker: Maker? { try? JSONFile(makerFile).read(Maker.self) }

    /// Adds what CRIU's images lack of the processes. Most lack nothing, and then there is no file.
    func add(_ traits: FamilyTraits) throws(StepFailure) {
        if !traits.isEmpty { try JSONFile(traitsFile).write(traits) }
    }

    /// What was added.
    func traits() throws(StepFailure) -> FamilyTraits {
        guard FileTree.exists(traitsFile) else { return FamilyTraits() }
        return try JSONFile(traitsFile).read(FamilyTraits.self)
    }

    /// Adds the connections that are broken, and that CRIU takes for ended. Nobody adds none: most dumps have no such file.
    func add(_ broken: [BrokenConnection]) throws(StepFailure) { try JSONFile(brokenFile).write(broken) }

    /// Those that were added.
    func brokenConnections() throws(StepFailure) -> [BrokenConnection] {
        guard FileTree.exists(brokenFile) else { return [] }
        return try JSONFile(brokenFile).read([BrokenConnection].self)
    }

    /// Says that the dump is whole.
    func complete(_ manifest: Manifest) throws(StepFailure) {
        try JSONFile(manifestFile).write(manifest)
    }

    /// The manifest; `nil` when the dump is not whole.
    func manifest() throws(StepFailure) -> Manifest? {
        guard FileTree.exists(manifestFile) else { return nil }
        return try JSONFile(manifestFile).read(Manifest.self)
    }

    /// The manifest of a whole dump of a container.
    /// - Throws: `StepFailure` with `restoreFailed` when there is none.
    func manifest(of container: ContainerName) throws(StepFailure) -> Manifest {
        guard let manifest = try manifest(), manifest.container == container else {
            throw StepFailure(code: .restoreFailed, message: "there is no whole dump of the container at \(path)")
        }
        return manifest
    }

    /// All of it, in bytes.
    var bytes: Int { FileTree.bytes(in: path) }

    /// Removes it. Succeeds when it is not there.
    func remove() throws(StepFailure) { try FileTree.remove(path) }
}
