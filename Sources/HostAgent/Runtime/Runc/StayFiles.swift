import FleetModel

/// Where the things of one stay lie on its host.
struct StayFiles: Sendable {
    /// The stay's directory.
    let directory: String
    private let runcRoot: String
    private let gate: String
    private let stay: Stay

    init(of stay: Stay, in configuration: RuncRuntime.Configuration) {
        self.stay = stay
        directory = "\(Self.all(in: configuration.stateDirectory))/\(stay)"
        runcRoot = "\(configuration.stateDirectory)/runc"
        gate = "\(configuration.rootsDirectory)/\(stay)"
    }

    /// The directory of all stays.
    static func all(in stateDirectory: String) -> String { "\(stateDirectory)/stays" }

    var record: String { directory + "/record.json" }
    var bundleConfiguration: String { directory + "/config.json" }
    var workerLock: String { directory + "/worker.lock" }
    var processFile: String { directory + "/pid" }
    var runcLog: String { directory + "/runc.log" }
    var trial: String { directory + "/trial" }
    /// What runc keeps about the container.
    var runcState: String { "\(runcRoot)/\(stay)" }

    var root: OverlayRoot { OverlayRoot(gate: gate, directory: directory) }
}
