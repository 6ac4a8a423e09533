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

    /// Gives what is open to the container's root user.
    func own(_ file: OwnedDescriptor) throws(StepFailure) {
        guard fchown(file.number, range.base, range.base) == 0 else {
            throw StepFailure("give the output to the container's users", errno: errno)
        }
    }
}
