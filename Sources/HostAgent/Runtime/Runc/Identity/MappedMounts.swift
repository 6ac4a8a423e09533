import CLinux
import FleetModel
import Glibc

/// Copies of directories in which files belong to the users of one stay, for as long as something is made of them.
struct MappedMounts: ~Copyable {
    private var places: [String] = []

    /// Shows a directory at another with the owners of a stay.
    /// - Throws: `runtimeFailed` with what is to be done where its file system cannot.
    mutating func show(_ directory: String, at place: String, to identity: StayIdentity) throws(StepFailure) {
        let number = linux_copy_mount(directory)
        guard number >= 0 else { throw StepFailure("copy the mount of \(directory)", errno: errno) }
        let mount = OwnedDescriptor(number)
        guard linux_map_mount(mount.number, identity.mounts.user.number) == 0 else {
            guard errno == EINVAL || errno == EOPNOTSUPP else { throw StepFailure("map \(directory)", errno: errno) }
            throw StepFailure(
                code: .runtimeFailed,
                message:
                    "the file system of \(directory) cannot show files to a user namespace (idmapped mounts): ext4, XFS, "
                    + "Btrfs and, from Linux 6.3 on, tmpfs can; a container with hostRoot does without")
        }
        try FileTree.make(place)
        guard linux_place_mount(mount.number, place) == 0 else { throw StepFailure("mount \(place)", errno: errno) }
        places.append(place)
    }

    deinit {
        for place in places.reversed() {
            umount2(place, Int32(MNT_DETACH))
            rmdir(place)
        }
    }
}
