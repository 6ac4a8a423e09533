import FleetModel
import Glibc

/// What a container writes to its standard output and error.
///
/// It lies in the shared storage, so that it follows the container: files `log-0000000001`, `log-0000000002` and so on,
/// of which the newest is written until it is long enough. No name is used twice and no file gets another name, so
/// whoever reads is not led astray by what happens meanwhile. Of the older ones two are kept: 1 to 2 MiB in all.
///
/// **Writers.** What comes out of the pipe is written down by a process of its own, an `OutputWriter`, so that it
/// outlives the agent. The one at a move's destination is started before the one at the source has written its last,
/// but it takes nothing out of its pipe until it is told that the container runs here, and until the one before it has
/// ended. So there is one writer at a time, and nothing of this is waited for in the pause.
struct OutputLog: Sendable {
    /// By what name the process that writes a log can be told from others of its program.
    static let processName = "relocate-log"

    /// Where it lies.
    let directory: String
    private let shell: String

    /// The log of a container.
    init(of container: ContainerName, in sharedDirectory: String, shell: String) {
        directory = "\(sharedDirectory)/containers/\(container)"
        self.shell = shell
    }

    /// Whether the container has written before.
    var exists: Bool { FileTree.exists(directory) }

    /// Starts a process that is to write down what comes out of a pipe.
    /// - Returns: the process, and the end of the pipe to write into.
    func begin() throws(StepFailure) -> (writer: OutputWriter, pipe: OwnedDescriptor) {
        try FileTree.make(directory)
        return try OutputWriter.start(in: directory, shell: shell)
    }

    /// Forgets all output. Succeeds when there is none.
    func remove() throws(StepFailure) {
        for _ in 0..<50 {
            do {
                return try FileTree.remove(directory)
            } catch {
                // A writer that is just ending has taken its mark away under our hands.
                usleep(10_000)
            }
        }
        try FileTree.remove(directory)
    }
}
