import FleetModel

/// The place of an image in the list of images: by its first name; those without a name come last.
public struct ImagePlace: Sendable, Hashable, Comparable {
    /// The image's first name; empty when it has none.
    public var name: String
    /// The image.
    public var digest: ImageDigest

    /// The place of an image.
    public init(name: String, digest: ImageDigest) {
        self.name = name
        self.digest = digest
    }

    /// Before it by name, or by digest.
    public static func < (left: Self, right: Self) -> Bool {
        (left.name.isEmpty ? 1 : 0, left.name, left.digest.hex)
            < (right.name.isEmpty ? 1 : 0, right.name, right.digest.hex)
    }
}

extension ImageRepository {
    /// Where all images stand in the list, in its order. No image is read for it.
    /// - Throws: `ImageError`.
    public func places() throws -> [ImagePlace] {
        let names = try names()
        return try entries("sha256").compactMap { hex in
            // What is no digest is no image.
            guard let digest = try? ImageDigest("sha256:\(hex)") else { return nil }
            return ImagePlace(name: names[digest]?.first ?? "", digest: digest)
        }.sorted()
    }

    /// All images, by name; those without a name come last.
    /// - Throws: `ImageError`.
    public func list() throws -> [Image] {
        let names = try names()
        return try places().compactMap { place in
            var image = try stored(place.digest)
            image?.names = names[place.digest] ?? []
            return image
        }
    }
}
