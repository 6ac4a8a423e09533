import DockerEngine
import FleetModel
import Glibc
import ImageStore
import SystemSupport

/// Sees to it that a daemon has the images of containers and that of sandboxes.
///
/// Images of the fleet are known by the digest of their content, wherever they came from, and each daemon gets them from
/// the shared repository under a name made of it. So a container has the same files on every host, and no registry needs
/// to be reachable while it moves.
struct DockerImages: Sendable {
    let engine: DockerEngine
    let images: any ImageShelf
    /// Where archives are made for the daemon.
    let scratch: String

    private static let sandbox = "relocate/sandbox:1"

    /// What the daemon calls an image of the repository.
    static func reference(_ digest: ImageDigest) -> String {
        "relocate/image:" + digest.description.replacing(":", with: "-")
    }

    /// Loads an image that the daemon does not have.
    /// - Returns: what the daemon calls it, and how it is run.
    func provide(_ digest: ImageDigest) async throws(StepFailure) -> (reference: String, defaults: ImageDefaults) {
        let (files, defaults) = try find(digest)
        let reference = Self.reference(digest)
        try await provide(reference, from: files)
        return (reference, defaults)
    }

    /// Loads the image of sandboxes, if the daemon does not have it.
    /// - Returns: what the daemon calls it.
    func provideSandbox() async throws(StepFailure) -> String {
        let files = scratch + "/sandbox"
        let program = files + "/pause"
        try FileTree.make(files)
        try FileBytes.replace(program, with: SandboxProgram.bytes)
        guard chmod(program, 0o755) == 0 else { throw StepFailure("make \(program) executable", errno: errno) }
        try await provide(Self.sandbox, from: files)
        return Self.sandbox
    }

    /// Puts an image of the daemon's into the repository, if it is not there.
    func bringIn(_ digest: ImageDigest, named name: String) async throws(StepFailure) {
        if (try? images.image(digest)) ?? nil != nil { return }
        try FileTree.make(scratch)
        let archive = "\(scratch)/\(UInt64.random(in: 0 ... .max)).tar"
        defer { unlink(archive) }
        try await docker("write down image '\(name)'", code: .imageMissing) { () async throws(DockerError) in
            try await engine.saveImage(digest.description, to: archive)
        }
        let failure = await onOwnThread { [images] () -> String? in
            do {
                let image = try images.takeIn(archive: archive)
                return image.digest == digest ? nil : "it has become \(image.digest)"
            } catch {
                return "\(error)"
            }
        }
        if let failure {
            throw StepFailure(
                code: .imageMissing, message: "image '\(name)' cannot be put into the repository", toolMessage: failure)
        }
    }

    private func provide(_ reference: String, from files: String) async throws(StepFailure) {
        let present = try await docker("look for image \(reference)") { () async throws(DockerError) in
            try await engine.image(reference)
        }
        if present != nil { return }
        try FileTree.make(scratch)
        let archive = "\(scratch)/\(UInt64.random(in: 0 ... .max)).tar"
        defer { unlink(archive) }
        do {
            _ = try LayerArchive.pack(directory: files, to: archive)
        } catch {
            throw StepFailure(
                code: .resourceExhausted, message: "cannot write down image \(reference) for Docker",
                toolMessage: "\(error)")
        }
        _ = try await docker("load image \(reference)") { () async throws(DockerError) in
            try await engine.importImage(rootfs: archive, reference: reference)
        }
    }

    private func find(_ digest: ImageDigest) throws(StepFailure) -> (files: String, defaults: ImageDefaults) {
        let cause: String
        do {
            if let image = try images.image(digest) { return (try images.rootFileSystem(of: digest), image.defaults) }
            cause = ""
        } catch {
            cause = "\(error)"
        }
        throw StepFailure(
            code: .imageMissing, message: "image \(digest) is not in the repository", toolMessage: cause)
    }
}
