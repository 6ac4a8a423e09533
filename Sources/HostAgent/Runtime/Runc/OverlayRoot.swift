import FleetModel
import Glibc

/// A container's root: the image's files below, unchanged and shared, and a writable layer of its own on top.
struct OverlayRoot: Sendable {
    /// A directory through which the container's root user may pass, and nobody else of the host: what a tenant lets all users of
    /// his read is not for the host's.
    let gate: String
    /// The stay's directory, where nobody else may go: what the container's root user marks as his (set-user-ID) is the host's
    /// root user's here.
    let directory: String

    private static let upperName = "upper"
    private static let workName = "work"

    /// Where the root is mounted.
    var mountPoint: String { gate + "/root" }
    /// The writable layer.
    var upper: String { "\(directory)/\(Self.upperName)" }
    /// The kernel's working directory beside the writable layer.
    var work: String { "\(directory)/\(Self.workName)" }

    /// Whether it is mounted.
    var isMounted: Bool {
        var inside = stat()
        var around = stat()
        guard lstat(mountPoint, &inside) == 0, lstat(mountPoint + "/..", &around) == 0 else { return false }
        return inside.st_dev != around.st_dev
    }

    /// Makes the directories that are missing.
    /// - Parameter identity: who the container's users are on this host; `nil` for the host's own.
    func makeDirectories(for identity: StayIdentity?) throws(StepFailure) {
        for directory in [mountPoint, work] { try FileTree.make(directory) }
        if let identity { try identity.admit(to: gate) }
        if FileTree.exists(upper) { return }
        try FileTree.make(upper)
        // What the container's users see as `/`.
        guard chmod(upper, 0o755) == 0 else { throw StepFailure("open up \(upper)", errno: errno) }
    }

    /// Mounts it. Succeeds when it is mounted.
    ///
    /// Files of image and layer have the ids on the disk that they have for the container. For a container whose users are
    /// others on this host, both are shown to the overlay with those: see `MappedMounts`. It keeps what it was made of, so
    /// nothing else of that stays.
    ///
    /// The features that tie a writable layer to one place (`index`, `redirect_dir`, `metacopy`) are off, since the
    /// layer moves to other hosts. `xino` gives a file one number for all who ask, also where image and layer are on
    /// different file systems: CRIU finds watched files by it. It is `volatile`: nothing survives the host's end anyway, and an unmount would
    /// otherwise write the whole file system to disk.
    /// - Parameter identity: who the container's users are on this host; `nil` for the host's own.
    func mount(image: String, for identity: StayIdentity?) throws(StepFailure) {
        if isMounted { return }
        // What an earlier mount left would refuse another.
        if !FileTree.names(in: work).isEmpty { try FileTree.remove(work) }
        try makeDirectories(for: identity)
        guard let identity else { return try mount(lower: image, upper: upper, work: work) }
        var mapped = MappedMounts()
        let lower = "\(directory)/mapped-image"
        let layer = "\(directory)/mapped-layer"
        try mapped.show(image, at: lower, to: identity)
        try mapped.show(directory, at: layer, to: identity)
        try mount(lower: lower, upper: "\(layer)/\(Self.upperName)", work: "\(layer)/\(Self.workName)")
    }

    private func mount(lower: String, upper: String, work: String) throws(StepFailure) {
        let options = [
            "lowerdir=\(lower)", "upperdir=\(upper)", "workdir=\(work)", "index=off", "redirect_dir=off",
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

    /// Unmounts it, and removes where it was mounted.
    func remove() throws(StepFailure) {
        try unmount()
        for directory in [mountPoint, gate] {
            guard rmdir(directory) == 0 || errno == ENOENT else {
                throw StepFailure("remove \(directory)", errno: errno)
            }
        }
    }

    /// Empties the writable layer of a root that is not mounted, to be filled anew.
    func clear(for identity: StayIdentity?) throws(StepFailure) {
        if hasLayer { try FileTree.remove(upper) }
        try makeDirectories(for: identity)
    }

    /// Whether anything was written.
    var hasLayer: Bool { !FileTree.names(in: upper).isEmpty }
}
