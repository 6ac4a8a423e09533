import FleetModel
import Glibc

/// A user namespace that the agent has made, and what was made inside it. It lives as long as this value, or what uses it.
///
/// A program with several threads cannot enter a new user namespace, so one of its own is started for it (`unshare` of
/// util-linux), which waits until its namespaces have been opened.
struct UserNamespace: Sendable {
    /// The user namespace.
    let user: OwnedDescriptor
    /// A network namespace that belongs to it; `nil` where none was asked for.
    let network: OwnedDescriptor?

    /// Makes them.
    /// - Parameter map: the lines of `uid_map` and `gid_map`.
    /// - Throws: `runtimeFailed` with what is to be done where the host does not let it.
    static func make(
        _ map: String, withNetwork: Bool = false, unshare: String, shell: String
    ) throws(StepFailure) -> UserNamespace {
        let command = [unshare, "--user"] + (withNetwork ? ["--net"] : []) + ["--", shell, "-c", "echo; read -r end"]
        let (process, ready, gate) = try start(command)
        defer {
            kill(process, SIGKILL)
            _ = ChildProcess.wait(for: process)
        }
        return try withExtendedLifetime(gate) { () throws(StepFailure) in
            try open(of: process, map, withNetwork: withNetwork, whenReady: ready)
        }
    }

    /// Of the program's end of `ready` nothing stays here with this function, or the program's end would not be noticed; and it
    /// ends when the gate is closed, as it is with the end of this process.
    private static func start(
        _ command: [String]
    ) throws(StepFailure) -> (process: pid_t, ready: OwnedDescriptor, gate: OwnedDescriptor) {
        let (ready, write) = try OwnedDescriptor.pipe()
        let (read, gate) = try OwnedDescriptor.pipe()
        let process = try ChildProcess.spawn(command, descriptors: [0: read.number, 1: write.number])
        return withExtendedLifetime((read, write)) { (process, ready, gate) }
    }

    private static func open(
        of process: pid_t, _ map: String, withNetwork: Bool, whenReady ready: OwnedDescriptor
    ) throws(StepFailure) -> UserNamespace {
        var byte: UInt8 = 0
        guard ready.isReadable(within: .seconds(10)), read(ready.number, &byte, 1) == 1 else {
            throw StepFailure(
                code: .runtimeFailed,
                message: "cannot make a user namespace: this host's kernel must have them (CONFIG_USER_NS), and "
                    + "user.max_user_namespaces must not be 0; a container with hostRoot needs none")
        }
        for file in ["uid_map", "gid_map"] { try FileBytes.write(map + "\n", to: "/proc/\(process)/\(file)") }
        return UserNamespace(
            user: try .open("/proc/\(process)/ns/user", O_RDONLY),
            network: withNetwork ? try .open("/proc/\(process)/ns/net", O_RDONLY) : nil)
    }

    /// By what path other programs of the host find one of the namespaces, as long as this process lives.
    static func path(of namespace: OwnedDescriptor) -> String { "/proc/\(getpid())/fd/\(namespace.number)" }
}
