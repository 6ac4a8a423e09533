import FleetModel

/// The dumps on the shared storage, as the stays of one runtime of one host see them.
struct DumpStorage: Sendable {
    private let sharedDirectory: String
    private let host: HostName
    private let runtime: RuntimeKind
    private let lookout: DumpLookout

    init(sharedDirectory: String, host: HostName, runtime: RuntimeKind) {
        self.sharedDirectory = sharedDirectory
        self.host = host
        self.runtime = runtime
        lookout = DumpLookout(sharedDirectory: sharedDirectory, host: host, runtime: runtime)
    }

    /// The dump of a relocation.
    func dump(of relocation: RelocationID) -> DumpDirectory { DumpDirectory(of: relocation, in: sharedDirectory) }

    /// A dump that is thrown away.
    func scratch(_ name: String) -> DumpDirectory {
        DumpDirectory(scratch: "\(DumpDirectory.all(in: sharedDirectory))/\(name)")
    }

    /// How a stay marks its dumps.
    func maker(_ stay: Stay) -> DumpDirectory.Maker {
        DumpDirectory.Maker(host: host, runtime: runtime, stay: stay)
    }

    /// The dumps that stays of this host have made, or have begun to make.
    func ownDumps() async -> [(dump: DumpDirectory, stay: Stay)] { await lookout.dumps() }
}
