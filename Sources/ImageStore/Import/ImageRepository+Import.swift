import FleetModel
import FoundationEssentials
import Glibc
import SystemSupport

extension ImageRepository {
    /// Imports an image: what `docker save` writes, an OCI layout in a tar archive, or a tar archive of a root file
    /// system; each may be compressed with gzip, zstd, xz or bzip2.
    ///
    /// The image's content address is the digest of its configuration, or of the uncompressed archive when it is a plain
    /// root file system. Content that is there already is not unpacked again. After a failure nothing of it remains.
    /// It blocks its thread for as long as the disk takes.
    /// - Parameters:
    ///   - path: The archive.
    ///   - name: The name to give the image; `nil` for the names that the archive says.
    ///   - time: The time to record.
    ///   - progress: Called now and then; what it throws ends the import.
    /// - Returns: The image.
    /// - Throws: `ImageError`, or what `progress` throws.
    @discardableResult
    public func importArchive(
        at path: String, name: String? = nil, time: Timestamp,
        progress: @escaping (ImportProgress) throws -> Void = { _ in }
    ) throws -> Image {
        let name = try name.map { try ImageName($0) }
        return try NameEncoding.utf8 {
            let outline = try ArchiveOutline(of: path, limits: limits, progress: progress)
            let plan = try ImagePlan(outline)
            if try stored(plan.digest) == nil {
                try WorkDirectory.use(in: "\(root)/tmp") { work in
                    let unpacking = ImageUnpacking(plan: plan, outline: outline, work: work, limits: limits)
                    try unpacking.unpack(progress: progress)
                    try publish(plan, from: work, at: time)
                }
            }
            for name in name.map({ [$0] }) ?? plan.names { try write(name, plan.digest) }
            guard let image = try image(plan.digest) else {
                throw ImageError(.notFound, "the image \(plan.digest) was removed while it was imported")
            }
            return image
        }
    }

    private func publish(_ plan: ImagePlan, from work: String, at time: Timestamp) throws {
        let image = Image(
            digest: plan.digest, names: [], bytes: try TreeSize.bytes(of: "\(work)/image/rootfs"), importedAt: time,
            defaults: plan.defaults)
        do {
            try WholeFile.write(try FleetJSON.encode(image), to: "\(work)/image/image.json")
        } catch let error as SystemCallError {
            throw ImageError.system(error.doing, number: error.number)
        } catch {
            throw ImageError(.failed, "cannot describe the image", cause: error)
        }
        try DiskOrder.syncFileSystem(of: work)
        guard rename("\(work)/image", directory(of: plan.digest)) == 0 else {
            // Somebody else has imported the same content meanwhile.
            if errno == ENOTEMPTY || errno == EEXIST { return }
            throw ImageError.system("publish the image \(plan.digest)")
        }
        try DiskOrder.sync("\(root)/sha256")
    }
}
