import CArchive
import Glibc

/// Unpacks a layer of an image onto the layers below it (OCI image specification, "Image Layer Filesystem Changeset").
///
/// A file named `.wh.NAME` hides NAME of the layers below, `.wh..wh..opq` hides everything in its directory that comes
/// from below. Neither touches what this layer brings itself, whichever comes first in the archive.
///
/// Images are not trusted. Nothing is written through a symbolic link that leads out of the tree; device nodes are
/// refused but for those that every container has; of the extended attributes only file capabilities and the users' own
/// are kept, because others, such as overlayfs's, would be taken for the host's.
struct ImageLayer {
    /// Whether whiteouts are meant: in layers they are, in a plain root file system a file may have any name.
    let hasWhiteouts: Bool
    /// Called with the bytes written; what it throws ends the unpacking.
    let inspect: (Int) throws -> Void

    /// Unpacks a layer.
    /// - Throws: `ImageError`.
    func unpack(_ reader: ArchiveReader, into tree: Tree) throws {
        let writer = try TreeWriter(tree, restoring: .attributes, inspect: inspect)
        var layers = LayerOverlap(tree: tree)
        while let entry = try reader.nextEntry() {
            guard let name = archive_entry_pathname(entry) else {
                throw ImageError(.broken, "the archive holds a file without a name")
            }
            let place = try tree.resolve(EntryPath(archived: name))
            if hasWhiteouts, let whiteout = try Whiteout(place) {
                try layers.hide(whiteout)
                continue
            }
            try Self.checkKind(of: entry, at: place)
            Self.stripAttributes(of: entry)
            let hardLink = try Self.hardLink(of: entry, at: place, in: tree)
            guard Self.canCreate(entry) else { continue }
            try writer.write(entry, at: place, hardLink: hardLink, from: reader)
            layers.bring(place)
        }
        try writer.close()
    }

    private static func hardLink(of entry: OpaquePointer, at place: EntryPath, in tree: Tree) throws -> EntryPath? {
        guard let text = archive_entry_hardlink(entry) else { return nil }
        let target = try tree.resolve(EntryPath(archived: text))
        guard let status = try tree.status(of: target), status.st_mode & S_IFMT != S_IFDIR, target != place else {
            throw ImageError(.broken, "'\(place)' is a hard link to '\(target)', which is no other file of the archive")
        }
        return target
    }

    private static func checkKind(of entry: OpaquePointer, at place: EntryPath) throws {
        let kind = archive_entry_filetype(entry)
        switch kind {
        case S_IFBLK:
            throw ImageError(.forbiddenDevice, "'\(place)' is a block device; remove it from the image")
        case S_IFCHR:
            let device = DeviceNumber(major: archive_entry_rdevmajor(entry), minor: archive_entry_rdevminor(entry))
            guard device.isHarmless else {
                throw ImageError(
                    .forbiddenDevice,
                    "'\(place)' is the character device \(device.major):\(device.minor); remove it from the image")
            }
        default: break
        }
    }

    /// Only root may make device nodes; without root they are left out, and a container has its own in any case.
    private static func canCreate(_ entry: OpaquePointer) -> Bool {
        geteuid() == 0 || archive_entry_filetype(entry) != S_IFCHR
    }

    private static func stripAttributes(of entry: OpaquePointer) {
        var kept: [(name: String, value: [UInt8])] = []
        archive_entry_xattr_reset(entry)
        var name: UnsafePointer<CChar>?
        var value: UnsafeRawPointer?
        var count = 0
        while archive_entry_xattr_next(entry, &name, &value, &count) == ARCHIVE_OK {
            guard let name else { continue }
            let text = String(cString: name)
            guard text == "security.capability" || text.hasPrefix("user.") && !text.hasPrefix("user.overlay.") else {
                continue
            }
            kept.append((text, Array(UnsafeRawBufferPointer(start: value, count: count))))
        }
        archive_entry_xattr_clear(entry)
        for (name, value) in kept { archive_entry_xattr_add_entry(entry, name, value, value.count) }
    }
}

/// The number of a character device.
private struct DeviceNumber: Hashable {
    let major: dev_t
    let minor: dev_t

    /// null, zero, full, random, urandom, tty, console and ptmx reach nothing of the host.
    var isHarmless: Bool {
        switch (major, minor) {
        case (1, 3), (1, 5), (1, 7), (1, 8), (1, 9), (5, 0), (5, 1), (5, 2): true
        default: false
        }
    }
}
