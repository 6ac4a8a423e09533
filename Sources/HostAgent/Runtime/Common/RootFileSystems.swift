import FleetModel
import ImageStore

/// Where a runtime finds the files of an image.
public protocol RootFileSystems: Sendable {
    /// The unpacked, read-only files of an image.
    /// - Throws: when the image is missing or not whole.
    func rootFileSystem(of digest: ImageDigest) throws -> String

    /// The same for one container: files that nobody reads but those who share them with it. Where they are missing they are
    /// made, which takes as long as copying them; so a move asks for them before the container stands still.
    /// - Throws: when the image is missing or not whole, or there is no room.
    func rootFileSystem(for spec: ContainerSpec) throws -> String

    /// What the repository knows of an image; `nil` when it has none of that digest.
    func image(_ digest: ImageDigest) throws -> Image?
}

extension RootFileSystems {
    /// The image's own files, where there is no other copy.
    public func rootFileSystem(for spec: ContainerSpec) throws -> String { try rootFileSystem(of: spec.digest) }
}

/// Where a runtime also puts images that were only on its host.
public protocol ImageShelf: RootFileSystems {
    /// Takes in an image from an archive such as `docker save` writes.
    /// - Throws: when it cannot be read, or there is no room.
    func takeIn(archive path: String) throws -> Image
}

extension ImageRepository: ImageShelf {
    /// See `ImageShelf`.
    public func takeIn(archive path: String) throws -> Image { try importArchive(at: path, time: .now) }
}
