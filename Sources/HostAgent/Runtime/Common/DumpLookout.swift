import FleetModel
import SystemSupport

/// Looks through the shared storage for the dumps of a host's runtime. The storage may be slow, so it does that on a queue
/// of its own.
actor DumpLookout {
    private let folder: String
    private let host: HostName
    private let runtime: RuntimeKind
    private let executor = QueueExecutor(label: "dumps")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(sharedDirectory: String, host: HostName, runtime: RuntimeKind) {
        folder = DumpDirectory.all(in: sharedDirectory)
        self.host = host
        self.runtime = runtime
    }

    /// The dumps that stays of this host have made, or have begun to make.
    func dumps() -> [(dump: DumpDirectory, stay: Stay)] {
        FileTree.names(in: folder).compactMap { name in
            let dump = DumpDirectory(scratch: "\(folder)/\(name)")
            guard let maker = dump.maker, maker.host == host, maker.runtime == runtime else { return nil }
            return (dump, maker.stay)
        }
    }
}
