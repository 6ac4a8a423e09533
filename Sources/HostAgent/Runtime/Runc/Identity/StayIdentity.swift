import FleetModel
import Glibc

/// Who a container's users are on this host, and what the kernel needs to be told so.
struct StayIdentity: Sendable {
    /// Their ids.
    let range: IDRange
    /// What maps are read of by mounts of the container's files.
    let mounts: UserNamespace

    /// Gives files to the container's root user.
    func own(_ paths: [String]) throws(StepFailure) {
        for path in paths {
            guard lchown(path, range.base, range.base) == 0 else {
                throw StepFailure("give \(path) to the container's users", errno: errno)
            }
        }
    }

    /// Lets the container's root user pass through a directory, and nobody else but the host's.
    func admit(to directory: String) throws(StepFailure) {
        guard lchown(directory, 0, range.base) == 0, chmod(directory, 0o710) == 0 else {
            throw StepFailure("let the container's users into \(directory)", errno: errno)
        }
    }

    /// Gives what is open to the container's root user.
    func own(_ file: OwnedDescriptor) throws(StepFailure) {
        guard fchown(file.number, range.base, range.base) == 0 else {
            throw StepFailure("give the output to the container's users", errno: errno)
        }
    }
}
