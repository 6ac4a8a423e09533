import FleetModel
import FoundationEssentials
import Glibc
import SystemSupport

/// The images of the fleet, unpacked once and shared by all hosts
/// ==============================================================
///
/// Layout below `root`, which is a directory of the shared storage:
///
/// - `sha256/HEX/rootfs/`  the root file system of an image, never changed; containers use it through an overlay
/// - `copies/HEX/OWNER/rootfs/`  a copy of it for the containers of one tenant, or for one container
/// - `sha256/HEX/image.json`  what `Image` says, without names
/// - `names/NAME`  the digest that a name stands for (`/` in names is written `%`)
/// - `tmp/`  imports under way
///
/// An import unpacks below `tmp` and publishes with one rename of the finished directory, so a reader finds an image
/// whole or not at all, and of two imports of the same content one wins and the other finds it done. A name is replaced
/// by rename too. What an interrupted import leaves below `tmp` is removed by the next one that is alone.
///
/// Only root of the hosts enters these directories: images may hold programs that would give a host's users rights.
public struct ImageRepository: Sendable {
    /// The repository's directory.
    public let root: String
    /// How big an image may be.
    public let limits: ImageLimits

    /// Opens a repository, and makes its directories where they are missing.
    /// - Throws: `ImageError`.
    public init(root: String, limits: ImageLimits = ImageLimits()) throws {
        self.root = root
        self.limits = limits
        for directory in [root, "\(root)/sha256", "\(root)/names", "\(root)/tmp"] {
            guard mkdir(directory, 0o700) == 0 || errno == EEXIST else {
                throw ImageError.system("create the directory \(directory)")
            }
        }
    }

    /// The directory with an image's root file system.
    /// - Throws: `ImageError` with the code `notFound`.
    public func rootFileSystem(of digest: ImageDigest) throws -> String {
        let path = "\(directory(of: digest))/rootfs"
        guard access(path, F_OK) == 0 else { throw ImageError(.notFound, "there is no image \(digest)") }
        return path
    }

    /// An image by its digest, `nil` when there is none.
    /// - Throws: `ImageError`.
    public func image(_ digest: ImageDigest) throws -> Image? {
        guard var image = try stored(digest) else { return nil }
        image.names = try names()[digest] ?? []
        return image
    }

    /// An image by its name or by its digest.
    /// - Throws: `ImageError` with the code `notFound` or `invalidName`.
    public func resolve(_ nameOrDigest: String) throws -> Image {
        let digest = try ImageDigest(repositoryText: nameOrDigest) ?? self.digest(of: ImageName(nameOrDigest))
        guard let digest, let image = try image(digest) else {
            throw ImageError(.notFound, "there is no image '\(nameOrDigest)'; import it first")
        }
        return image
    }

    /// Makes a name stand for an image; what it stood for before keeps its other names.
    /// - Throws: `ImageError` with the code `notFound` or `invalidName`.
    public func name(_ digest: ImageDigest, _ name: String) throws {
        guard try stored(digest) != nil else { throw ImageError(.notFound, "there is no image \(digest)") }
        try write(ImageName(name), digest)
    }

    /// Removes an image and its names. Whether a container uses it is the caller's to know.
    /// - Throws: `ImageError` with the code `notFound`.
    public func remove(_ digest: ImageDigest) throws {
        guard try stored(digest) != nil else { throw ImageError(.notFound, "there is no image \(digest)") }
        for name in try names()[digest] ?? [] { unlink("\(root)/names/\(try ImageName(name).fileName)") }
        try withdrawCopies(of: digest)
        // Gone at once for every reader, however long the removal takes.
        try WorkDirectory.use(in: "\(root)/tmp") { work in
            guard rename(directory(of: digest), "\(work)/removed") == 0 else {
                throw ImageError.system("remove the image \(digest)")
            }
        }
    }
}

extension ImageRepository {
    func directory(of digest: ImageDigest) -> String { "\(root)/sha256/\(digest.hex)" }

    func stored(_ digest: ImageDigest) throws -> Image? {
        guard let bytes = FileManager.default.contents(atPath: "\(directory(of: digest))/image.json") else {
            return nil
        }
        do { return try FleetJSON.decode(Image.self, from: bytes) } catch {
            throw ImageError(.broken, "image.json of \(digest) cannot be read", cause: error)
        }
    }

    func write(_ name: ImageName, _ digest: ImageDigest) throws {
        try WorkDirectory.use(in: "\(root)/tmp") { work in
            do throws(SystemCallError) {
                // Not beside the names, where the draft would be one of them.
                try WholeFile.write(
                    Array(digest.description.utf8), to: "\(root)/names/\(name.fileName)", outliving: .machine,
                    draft: "\(work)/name")
            } catch {
                throw ImageError.system("write the name \(name)", number: error.number)
            }
        }
    }

    private func digest(of name: ImageName) throws -> ImageDigest? {
        guard let bytes = FileManager.default.contents(atPath: "\(root)/names/\(name.fileName)") else { return nil }
        return try? ImageDigest(String(decoding: bytes, as: UTF8.self))
    }

    func names() throws -> [ImageDigest: [String]] {
        var names: [ImageDigest: [String]] = [:]
        for file in try entries("names") {
            guard let name = ImageName(fileName: file), let digest = try digest(of: name) else { continue }
            names[digest, default: []].append(name.description)
        }
        return names.mapValues { $0.sorted() }
    }

    func entries(_ directory: String) throws -> [String] {
        do { return try FileManager.default.contentsOfDirectory(atPath: "\(root)/\(directory)") } catch {
            throw ImageError(.failed, "cannot list \(root)/\(directory)", cause: error)
        }
    }
}

extension ImageDigest {
    /// Takes a digest with its prefix; `nil` for text without it, which may be a name.
    fileprivate init?(repositoryText text: String) throws {
        guard text.hasPrefix("sha256:") else { return nil }
        do { try self.init(text) } catch {
            throw ImageError(.invalidName, "'\(text)' is not a digest: sha256: and 64 hexadecimal digits", cause: error)
        }
    }
}
