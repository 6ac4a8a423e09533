import FleetModel
import Glibc

/// What a container writes to its standard output and error.
///
/// It lies in the shared storage, so that it follows the container. A process of its own takes it from a pipe, so that
/// it outlives the agent; that process ends by itself when nobody holds the pipe's other end any more. Two files of at
/// most 1 MiB are kept, the older one as `log.1`.
struct OutputLog: Sendable {
    /// By what name the process that writes a log can be told from others of its program.
    static let processName = "relocate-log"

    private let directory: String
    private let shell: String
    private var file: String { directory + "/log" }

    /// The log of a container.
    init(of container: ContainerName, in sharedDirectory: String, shell: String) {
        directory = "\(sharedDirectory)/containers/\(container)"
        self.shell = shell
    }

    /// Whether the container has written before.
    var exists: Bool { FileTree.exists(directory) }

    /// Starts a process that writes down what comes out of a pipe.
    /// - Returns: the end of the pipe to write into.
    func begin() throws(StepFailure) -> OwnedDescriptor {
        try FileTree.make(directory)
        let (read, write) = try OwnedDescriptor.pipe()
        // Not as its standard input: a shell gives /dev/null to what it starts in the background.
        let starter = try ChildProcess.spawn(
            [shell, "-c", Self.script, Self.processName, file], descriptors: [3: read.number])
        guard ChildProcess.wait(for: starter) == .code(0) else {
            throw StepFailure(code: .runtimeFailed, message: "cannot start what writes down the container's output")
        }
        return write
    }

    /// The last bytes, from both files, invalid UTF-8 replaced.
    func tail(_ count: Int) throws(StepFailure) -> String {
        var bytes: [UInt8] = []
        for path in [file + ".1", file] where FileTree.exists(path) { bytes += try FileBytes.read(path) }
        return String(decoding: bytes.suffix(max(0, count)), as: UTF8.self)
    }

    /// Forgets all output. Succeeds when there is none.
    func remove() throws(StepFailure) { try FileTree.remove(directory) }

    /// Writes until the file is long enough to be set aside. The log may be begun already, by a host the container was
    /// on before, and that host may still write its last words.
    ///
    /// `dd` writes at once what it has read, where other programs collect, and says how much it was: nothing means that
    /// no writer is left. Where nothing can be written, output is lost, but no program is ended for it.
    private static let script = """
        umask 077
        while :; do
            size=$(stat -c %s "$1" 2> /dev/null)
            [ "${size:-0}" -lt 524288 ] || mv -f "$1" "$1.1"
            case $(dd bs=1024 count=512 2>&1 >> "$1") in
                0+0*) exit ;;
                [0-9]*) ;;
                *) [ -d "${1%/*}" ] || exec cat > /dev/null; sleep 1 ;;
            esac
        done <&3 &
        """
}
