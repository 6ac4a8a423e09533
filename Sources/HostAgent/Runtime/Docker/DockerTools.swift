import DockerEngine
import FleetModel
import ImageStore

/// What all stays on a daemon share.
struct DockerTools: StayTools {
    /// The name of a checkpoint within its dump.
    static let checkpoint = "checkpoint"

    let configuration: DockerRuntime.Configuration
    let engine: DockerEngine
    let containerd: Containerd
    let images: DockerImages
    let adoption: DockerAdoption
    let volumes: DockerVolumes
    let dumps: DumpStorage

    /// - Throws: `StepFailure` when this process cannot begin to use sockets.
    init(_ configuration: DockerRuntime.Configuration, images: any ImageShelf) throws(StepFailure) {
        self.configuration = configuration
        do {
            engine = try DockerEngine(socket: configuration.socket)
        } catch {
            throw StepFailure("speak to Docker", error)
        }
        containerd = try Containerd(sockets: configuration.containerd)
        self.images = DockerImages(
            engine: engine, images: images, scratch: configuration.stateDirectory + "/docker-images")
        adoption = DockerAdoption(engine: engine, images: self.images, sharedDirectory: configuration.sharedDirectory)
        volumes = DockerVolumes(engine: engine)
        dumps = DumpStorage(
            sharedDirectory: configuration.sharedDirectory, host: configuration.host, runtime: .docker)
    }

    static func allStays(in stateDirectory: String) -> String { stateDirectory + "/docker-stays" }

    /// Where the record of a stay is kept.
    func record(of stay: Stay) -> String {
        "\(Self.allStays(in: configuration.stateDirectory))/\(stay).json"
    }

    /// Where a trial dump of a stay goes.
    func trial(of stay: Stay) -> DumpDirectory { dumps.scratch("trial-\(stay)") }

    /// Where the dump of a container that is being adopted goes.
    func adoption(of stay: Stay) -> DumpDirectory { dumps.scratch("adoption-\(stay)") }

    /// Where CRIU tells of the dumps of a stay.
    func logs(of stay: Stay) -> String { "\(configuration.stateDirectory)/docker-logs/\(stay)" }
}

extension StepFailure {
    /// What the daemon said about something that was asked of it: `doing` completes "cannot …".
    init(_ doing: String, _ error: DockerError, code: FailureCode = .runtimeFailed) {
        let isFull = "\(error)".contains("no space left on device")
        self.init(code: isFull ? .resourceExhausted : code, message: "cannot \(doing)", toolMessage: "\(error)")
    }
}

extension StepFailure {
    /// Why containerd did not do what was asked of it: `doing` completes "cannot …".
    init(_ doing: String, _ error: GRPCError) {
        self.init(code: .runtimeFailed, message: "cannot \(doing)", toolMessage: "containerd: \(error)")
    }
}

/// Turns the daemon's refusals into failures of a step.
func docker<Value>(
    _ doing: String, code: FailureCode = .runtimeFailed, isolation: isolated (any Actor)? = #isolation,
    _ body: () async throws(DockerError) -> Value
) async throws(StepFailure) -> Value {
    do {
        return try await body()
    } catch {
        throw StepFailure(doing, error, code: code)
    }
}
