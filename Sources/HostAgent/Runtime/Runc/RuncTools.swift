import FleetModel

/// What all stays of a runtime share.
struct RuncTools: Sendable {
    let configuration: RuncRuntime.Configuration
    let images: any RootFileSystems
    let board = StayBoard()
    let lookout: DumpLookout

    init(configuration: RuncRuntime.Configuration, images: any RootFileSystems) {
        self.configuration = configuration
        self.images = images
        lookout = DumpLookout(
            sharedDirectory: configuration.sharedDirectory, host: configuration.host, runtime: .runc)
    }

    /// How a stay marks its dumps.
    func maker(_ stay: Stay) -> DumpDirectory.Maker {
        DumpDirectory.Maker(host: configuration.host, runtime: .runc, stay: stay)
    }

    func files(of stay: Stay) -> StayFiles { StayFiles(of: stay, in: configuration.stateDirectory) }

    func log(of container: ContainerName) -> OutputLog {
        OutputLog(of: container, in: configuration.sharedDirectory, shell: configuration.shell)
    }

    func dump(of relocation: RelocationID) -> DumpDirectory {
        DumpDirectory(of: relocation, in: configuration.sharedDirectory)
    }

    func controlGroup(of stay: Stay) -> ControlGroup {
        ControlGroup(root: configuration.controlGroupRoot, name: "\(configuration.controlGroupParent)/\(stay)")
    }

    /// The files of an image.
    func rootFileSystem(of digest: ImageDigest) throws(StepFailure) -> String {
        do { return try images.rootFileSystem(of: digest) } catch { throw missing(digest, "\(error)") }
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
