import FleetModel
import ImageStore

/// What all stays of a runtime share.
struct RuncTools: StayTools {
    let configuration: RuncRuntime.Configuration
    let images: any RootFileSystems
    let board = StayBoard()
    let ranges = IDRanges()
    let dumps: DumpStorage

    init(configuration: RuncRuntime.Configuration, images: any RootFileSystems) {
        self.configuration = configuration
        self.images = images
        dumps = DumpStorage(
            sharedDirectory: configuration.sharedDirectory, host: configuration.host, runtime: .runc)
    }

    func files(of stay: Stay) -> StayFiles { StayFiles(of: stay, in: configuration) }

    func log(of container: ContainerName) -> OutputLog {
        OutputLog(of: container, in: configuration.sharedDirectory, shell: configuration.shell)
    }

    func controlGroup(of stay: Stay) -> ControlGroup {
        ControlGroup(root: configuration.controlGroupRoot, name: "\(configuration.controlGroupParent)/\(stay)")
    }

    /// The files of a container's image, or those of its copy.
    func rootFileSystem(for spec: ContainerSpec) throws(StepFailure) -> String {
        do {
            return try images.rootFileSystem(for: spec)
        } catch let error as ImageError where error.code == .noSpace {
            throw StepFailure(
                code: .resourceExhausted, message: "there is no room for a copy of image \(spec.digest)",
                toolMessage: "\(error)")
        } catch {
            throw missing(spec.digest, "\(error)")
        }
    }

    /// What a container of the image runs when its specification does not say.
    func defaults(of digest: ImageDigest) throws(StepFailure) -> ImageDefaults {
        let image: Image?
        do { image = try images.image(digest) } catch { throw missing(digest, "\(error)") }
        guard let image else { throw missing(digest, "") }
        return image.defaults
    }

    private func missing(_ digest: ImageDigest, _ cause: String) -> StepFailure {
        StepFailure(code: .imageMissing, message: "image \(digest) is not in the repository", toolMessage: cause)
    }
}
