import CLinux
import FleetModel
import Glibc
import SystemSupport

/// The mounts of a container with a user namespace of its own, before its program runs for the first time.
///
/// Nobody can make device nodes there, so runc would bind the host's over those that the image has: mounts of the host's own
/// devices, which CRIU would have to carry, and by which /proc's files would be covered. So runc is told of a mount over /dev, with
/// which it leaves the nodes alone, and that is taken off before the container's program runs. It leaves the standard input alone,
/// too, which is the host's /dev/null then: a dump says that it is the container's own (`FileImages`).
enum FirstMounts {
    private static let devices = "/dev"
    /// Where there is nothing to read.
    static let nothing = devices + "/null"

    /// What runc is told.
    static func mount(of root: String) -> BundleConfiguration.Mount {
        BundleConfiguration.Mount(destination: devices, type: "bind", source: root + devices, options: ["bind"])
    }

    /// In the mount namespace of a process that waits to become the container's program: takes that off, and covers what the
    /// program must not read.
    static func settle(in process: pid_t, masking files: [String]) throws(StepFailure) {
        let namespace = try OwnedDescriptor.open("/proc/\(process)/ns/mnt", O_RDONLY)
        try awaitingOwnThread { () throws(StepFailure) in
            // The thread ends here, and with it what it has entered.
            guard unshare(linux_new_file_system) == 0, setns(namespace.number, linux_new_mount_namespace) == 0 else {
                throw StepFailure("enter the container's mounts", errno: errno)
            }
            guard umount2(devices, Int32(MNT_DETACH) | linux_do_not_follow) == 0 else {
                throw StepFailure("unmount the container's \(devices)", errno: errno)
            }
            for file in files where FileTree.exists(file) {
                guard Glibc.mount(nothing, file, "none", linux_bind_mount, nil) == 0 else {
                    throw StepFailure("cover the container's \(file)", errno: errno)
                }
            }
        }
    }
}
