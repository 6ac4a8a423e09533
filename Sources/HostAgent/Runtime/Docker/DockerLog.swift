import FleetModel

/// The files in which a daemon keeps what a container has written: the newest, and beside it older ones under the same
/// name with an ending.
struct DockerLog: Sendable {
    private let directory: String
    private let name: String

    /// The log whose newest file has a path.
    init(path: String) {
        let slash = path.lastIndex(of: "/") ?? path.startIndex
        directory = String(path[..<slash])
        name = String(path[slash...].drop { $0 == "/" })
    }

    /// The log of a container that a daemon keeps in a folder.
    init(of container: String, in directory: String) {
        self.init(path: "\(directory)/\(container)-json.log")
    }

    /// The log that travels with a dump.
    init(in dump: DumpDirectory) { self.init(path: dump.path + "/docker.log") }

    /// The endings of the files that are there: none, or that of an older file, such as `.1` or `.1.gz`.
    private var endings: [String] {
        FileTree.names(in: directory).filter { $0 == name || $0.hasPrefix(name + ".") }.map {
            String($0.dropFirst(name.count))
        }
    }

    /// Takes over the files of another log, the newest last. Nothing happens when that has none.
    func copy(from other: DockerLog) throws(StepFailure) {
        for ending in other.endings.reversed() {
            let bytes = try FileBytes.read("\(other.directory)/\(other.name)\(ending)")
            try FileBytes.replace("\(directory)/\(name)\(ending)", with: bytes)
        }
    }
}
