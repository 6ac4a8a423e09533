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

extension ImageRepository: RootFileSystems {}
