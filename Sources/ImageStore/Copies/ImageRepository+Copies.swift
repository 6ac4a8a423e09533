import FleetModel
import Glibc

// Copies of images
//
// Containers that read the same files of one file system share their pages in a host's memory, and whoever shares a page sees
// when the other reads it (Flush+Reload). So each tenant, or each container, has files of its own: `copies/HEX/OWNER/rootfs`.
// They lie in the shared storage, and not on each host: pages are a host's own in any case, a container finds its files under
// the same numbers wherever it goes, and where it goes nothing has to be copied. Where the file system can share blocks
// (FICLONE) they take no room on the disk.

extension ImageRepository {
    /// The directory with the files of an image for a container: the image's own, or a copy, which is made where it is
    /// missing. That takes as long as copying them.
    /// - Throws: `ImageError`, with the code `notFound` when there is no such image.
    public func rootFileSystem(for spec: ContainerSpec) throws -> String {
        let original = try rootFileSystem(of: spec.digest)
        guard let owner = ImageCopyOwner(of: spec) else { return original }
        let copy = ImageCopy(digest: spec.digest, owner: owner)
        let directory = directory(of: copy)
        if access("\(directory)/rootfs", F_OK) == 0 { return "\(directory)/rootfs" }
        try makeDirectory("\(root)/copies")
        try makeDirectory("\(root)/copies/\(spec.digest.hex)")
        try WorkDirectory.use(in: "\(root)/tmp") { work in
            try makeDirectory("\(work)/copy")
            try makeDirectory("\(work)/copy/rootfs")
            try TreeCopy.make(of: original, in: "\(work)/copy/rootfs")
            try DiskOrder.syncFileSystem(of: work)
            // Of two that make the same copy one is first, and the other finds it done.
            guard rename("\(work)/copy", directory) == 0 || errno == ENOTEMPTY || errno == EEXIST else {
                throw ImageError.system("put a copy of image \(spec.digest) in its place")
            }
        }
        return "\(directory)/rootfs"
    }

    /// All copies.
    /// - Throws: `ImageError`.
    public func copies() throws -> [ImageCopy] {
        guard access("\(root)/copies", F_OK) == 0 else { return [] }
        return try entries("copies").flatMap { hex -> [ImageCopy] in
            // What is no digest has no copies.
            guard let digest = try? ImageDigest("sha256:\(hex)") else { return [] }
            return try entries("copies/\(hex)").compactMap { name in
                ImageCopyOwner(fileName: name).map { ImageCopy(digest: digest, owner: $0) }
            }
        }
    }

    /// Takes a copy away that no container uses. Whether one does is the caller's to know. Its files go with `tidy`.
    /// - Throws: `ImageError`.
    public func withdraw(_ copy: ImageCopy) throws { try withdraw(directory(of: copy)) }

    /// Takes all copies of an image away.
    func withdrawCopies(of digest: ImageDigest) throws { try withdraw("\(root)/copies/\(digest.hex)") }

    /// Removes what was withdrawn, unless somebody works there: then the next one does.
    /// - Throws: `ImageError`.
    public func tidy() throws { try WorkDirectory.use(in: "\(root)/tmp") { _ in } }

    private func withdraw(_ directory: String) throws {
        let name = String(UInt64.random(in: .min ... .max), radix: 36)
        guard rename(directory, "\(root)/tmp/withdrawn-\(name)") == 0 || errno == ENOENT else {
            throw ImageError.system("remove \(directory)")
        }
    }

    private func directory(of copy: ImageCopy) -> String {
        "\(root)/copies/\(copy.digest.hex)/\(copy.owner.fileName)"
    }

    private func makeDirectory(_ path: String) throws {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw ImageError.system("make the directory \(path)") }
    }
}
