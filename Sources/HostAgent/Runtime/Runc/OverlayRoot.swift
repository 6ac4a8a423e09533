import FleetModel
import Glibc

/// A container's root: the image's files below, unchanged and shared, and a writable layer of its own on top.
struct OverlayRoot: Sendable {
    /// Where the root is mounted.
    let mountPoint: String
    /// The writable layer.
    let upper: String
    /// The kernel's working directory beside the writable layer.
    let work: String

    /// Whether it is mounted.
    var isMounted: Bool {
        var inside = stat()
        var around = stat()
        guard lstat(mountPoint, &inside) == 0, lstat(mountPoint + "/..", &around) == 0 else { return false }
        return inside.st_dev != around.st_dev
    }

    /// Makes the directories that are missing.
    func makeDirectories() throws(StepFailure) {
        for directory in [mountPoint, work] { try FileTree.make(directory) }
        if FileTree.exists(upper) { return }
        try FileTree.make(upper)
        // What the container's users see as `/`.
        guard chmod(upper, 0o755) == 0 else { throw StepFailure("open up \(upper)", errno: errno) }
    }

    /// Mounts it. Succeeds when it is mounted.
    ///
    /// The features that tie a writable layer to one place (`index`, `redirect_dir`, `metacopy`) are off, since the
    /// layer moves to other hosts. `xino` gives a file one number for all who ask, also where image and layer are on
    /// different file systems: CRIU finds watched files by it. It is `volatile`: nothing survives the host's end anyway, and an unmount would
    /// otherwise write the whole file system to disk.
    func mount(image: String) throws(StepFailure) {
        if isMounted { return }
        // What an earlier mount left would refuse another.
        if !FileTree.names(in: work).isEmpty { try FileTree.remove(work) }
        try makeDirectories()
        let options = [
            "lowerdir=\(image)", "upperdir=\(upper)", "workdir=\(work)", "index=off", "redirect_dir=off",
            "metacopy=off", "xino=on", "volatile",
        ].joined(separator: ",")
        guard Glibc.mount("overlay", mountPoint, "overlay", 0, options) == 0 else {
            throw StepFailure("mount the root at \(mountPoint)", errno: errno)
        }
    }

    /// Unmounts it. Succeeds when it is not mounted.
    func unmount() throws(StepFailure) {
        while isMounted {
            guard umount2(mountPoint, Int32(MNT_DETACH)) == 0 else {
                throw StepFailure("unmount \(mountPoint)", errno: errno)
            }
        }
    }

    /// Empties the writable layer of a root that is not mounted, to be filled anew.
    func clear() throws(StepFailure) {
        if hasLayer { try FileTree.remove(upper) }
        try makeDirectories()
    }

    /// Whether anything was written.
    var hasLayer: Bool { !FileTree.names(in: upper).isEmpty }
}
