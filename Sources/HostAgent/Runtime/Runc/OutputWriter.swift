import FleetModel
import Glibc

/// A process that writes down a container's output, as the agent that has started it sees it.
///
/// It ends by itself when nobody holds the other end of its pipe any more. It waits for `open` before it begins; when
/// the agent ends without having said that, it begins at once.
struct OutputWriter: Sendable {
    /// A file beside the log that is there as long as the process may write.
    let mark: String
    private let gate: OwnedDescriptor

    /// Starts it for the log in a folder.
    /// - Returns: it, and the end of the pipe that the container writes into.
    static func start(
        in directory: String, shell: String
    ) throws(StepFailure) -> (writer: OutputWriter, pipe: OwnedDescriptor) {
        let mark = "writer-" + String(UInt64.random(in: 0 ... .max), radix: 16)
        let (read, write) = try OwnedDescriptor.pipe()
        let (gateRead, gateWrite) = try OwnedDescriptor.pipe()
        try FileBytes.overwrite("\(directory)/\(mark)", with: [])
        do throws(StepFailure) {
            // Not as its standard input: a shell gives /dev/null to what it starts in the background.
            let starter = try ChildProcess.spawn(
                [shell, "-c", script, OutputLog.processName, directory, mark],
                descriptors: [3: read.number, 4: gateRead.number])
            guard ChildProcess.wait(for: starter) == .code(0) else {
                throw StepFailure(code: .runtimeFailed, message: "cannot start what writes down the container's output")
            }
        } catch {
            unlink("\(directory)/\(mark)")
            throw error
        }
        return (OutputWriter(mark: mark, gate: gateWrite), write)
    }

    /// Lets it begin, once the writer before it has ended. For one that does not end, such as that of a host that is
    /// gone, it waits ten seconds.
    /// - Parameter mark: the mark of the writer before it.
    func open(after mark: String?) {
        let line = Array("\(mark ?? "")\n".utf8)
        // If it is gone there is nobody to tell.
        _ = Glibc.write(gate.number, line, line.count)
    }

    /// Writes until the newest file is long enough, and then begins the next.
    ///
    /// `dd` writes at once what it has read, where other programs collect, and says how much it was: nothing means that
    /// no writer is left. It warns of reads that were less than a block, which is what pipes give. Where nothing can be
    /// written, output is lost, but no program is ended for it.
    private static let script = """
        umask 077
        folder=$1 mark=$2
        {
            read -r before <&4
            exec 4<&-
            tries=0
            while [ -n "$before" ] && [ -e "$folder/$before" ] && [ "$tries" -lt 200 ]; do
                sleep 0.05
                tries=$((tries + 1))
            done
            [ -z "$before" ] || rm -f "$folder/$before"
            while :; do
                for newest in "$folder"/log-*; do :; done
                if ! size=$(stat -c %s "$newest" 2> /dev/null); then
                    newest=$folder/log-0000000001
                elif [ "$size" -ge 393216 ]; then
                    set -- "$folder"/log-*
                    [ $# -lt 2 ] || rm -f "$folder/log.1" "$folder/log"
                    while [ $# -gt 2 ]; do rm -f "$1"; shift; done
                    newest=$folder/log-$(printf %010d "$(expr "${newest##*-}" + 1)")
                fi
                case $(dd bs=2048 count=128 2>&1 >> "$newest") in
                    0+0*) break ;;
                    [0-9]* | "dd: warning"*) ;;
                    *) [ -d "$folder" ] || exec cat > /dev/null; sleep 1 ;;
                esac
            done
            rm -f "$folder/$mark"
        } <&3 3<&- &
        """
}
