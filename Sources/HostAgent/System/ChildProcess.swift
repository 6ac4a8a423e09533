import CLinux
import FleetModel
import Glibc

/// Starting programs with exactly the descriptors they are to have.
///
/// CRIU's workers get a socket, the container's output and a lock as numbered descriptors, and `runc` passes its own
/// signal dispositions on to the container: an ignored SIGPIPE would change how the tenant's program behaves. So this
/// is `posix_spawn` with all signals at their defaults, and every descriptor that is not named is closed.
package enum ChildProcess {
    /// Starts a program.
    /// - Parameter descriptors: from numbers in the program to numbers here; 0 to 2 that are missing are /dev/null.
    static func spawn(_ arguments: [String], descriptors: [Int32: Int32] = [:]) throws(StepFailure) -> pid_t {
        let null = try OwnedDescriptor.open("/dev/null", O_RDWR)
        var wanted: [Int32: Int32] = [0: null.number, 1: null.number, 2: null.number]
        wanted.merge(descriptors) { _, given in given }
        let first = (wanted.keys.max() ?? 2) + 1
        // Sources that lie among the targets would be overwritten before they are used.
        var sources: [(target: Int32, source: OwnedDescriptor)] = []
        for (target, source) in wanted {
            let copy = fcntl(source, F_DUPFD_CLOEXEC, first)
            guard copy >= 0 else { throw StepFailure("copy a descriptor", errno: errno) }
            sources.append((target, OwnedDescriptor(copy)))
        }

        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (target, source) in sources { posix_spawn_file_actions_adddup2(&actions, source.number, target) }
        posix_spawn_file_actions_addclosefrom_np(&actions, first)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        let flags = Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK) | linux_spawn_new_session
        posix_spawnattr_setflags(&attributes, flags)

        var process: pid_t = 0
        let environment = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"]
        let program = arguments.first ?? ""
        let problem = withCStrings(arguments) { arguments in
            withCStrings(environment) { environment in
                posix_spawn(&process, program, &actions, &attributes, arguments, environment)
            }
        }
        withExtendedLifetime(sources) {}
        guard problem == 0 else {
            throw StepFailure("start \(program)", errno: problem)
        }
        return process
    }

    /// Waits until a child of this process has ended, and lets the kernel forget it.
    /// - Returns: with what it has ended; `nil` when the kernel does not tell, as of a process that is no child, or whose end
    ///   somebody else has taken notice of. That it was content is not known then.
    package static func wait(for process: pid_t) -> ProcessExit? {
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 {
            guard errno == EINTR else { return nil }
        }
        return ProcessExit(waitStatus: status)
    }

    private static func withCStrings<Result>(
        _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
    ) -> Result {
        let pointers = strings.map { strdup($0) }
        defer { for pointer in pointers { free(pointer) } }
        return body(pointers + [nil])
    }
}
