import Glibc
import HostAgent
import SystemSupport

/// Starts programs.
enum Launch {
    /// Starts a program as the leader of a session of its own, with nothing on its input and its output appended to a
    /// file, so that it goes on when the one that started it ends.
    static func detached(_ command: [String], log: String) throws(LabError) -> ProcessIdentity {
        ProcessIdentity(child: try spawn(command, output: log))
    }

    /// Runs a program to its end.
    /// - Returns: what it printed.
    /// - Throws: `LabError.command` with the end of what it printed when it fails.
    static func toEnd(_ command: [String], scratch: String) async throws(LabError) -> String {
        let output = "\(scratch)/command-\(getpid())-\(UInt32.random(in: 0 ... .max)).out"
        let processID = try spawn(command, output: output)
        let exit = await onOwnThread { ChildProcess.wait(for: processID) }
        let text = readText(output) ?? ""
        unlink(output)
        guard exit?.isSuccess == true else {
            let ending = exit.map { "ended with \($0)" } ?? "nobody knows how it ended"
            let message = text.split(separator: "\n").last.map(String.init) ?? ending
            throw .command(command.joined(separator: " "), message: message)
        }
        return text
    }

    private static func spawn(_ command: [String], output: String) throws(LabError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // Signals that are blocked or ignored here must not stay so there.
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigdefault(&attributes, &all)
        let newSession = 0x80  // POSIX_SPAWN_SETSID, which glibc declares only for GNU sources
        posix_spawnattr_setflags(
            &attributes, Int16(Int(POSIX_SPAWN_SETSIGDEF) | Int(POSIX_SPAWN_SETSIGMASK) | newSession))

        var arguments = command.map { strdup($0) }
        arguments.append(nil)
        defer { for argument in arguments { free(argument) } }
        var processID = pid_t()
        let refusal = posix_spawnp(&processID, command[0], &actions, &attributes, &arguments, environ)
        guard refusal == 0 else {
            throw .command(command.joined(separator: " "), message: String(cString: strerror(refusal)))
        }
        return processID
    }
}
