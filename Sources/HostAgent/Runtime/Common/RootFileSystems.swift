import FleetModel
import ImageStore

/// Where a runtime finds the files of an image.
public protocol RootFileSystems: Sendable {
    /// The unpacked, read-only files of an image.
    /// - Throws: when the image is missing or not whole.
    func rootFileSystem(of digest: ImageDigest) throws -> String

    /// What the repository knows of an image; `nil` when it has none of that digest.
    func image(_ digest: ImageDigest) throws -> Image?
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
