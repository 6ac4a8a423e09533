import FoundationEssentials
import Glibc

/// A process in the host's own network namespace.
struct HostProcess: Sendable, Hashable {
    /// Its number.
    var processID: Int32
    /// What `/proc/PID/stat` says.
    var status: ProcessStatus
    /// The path of its program as the process sees it; `nil` when it may not be read.
    var executable: String?
    /// Its program.
    var identity: FileIdentity?
    /// The numbers of its sockets.
    var sockets: Set<UInt64>
}

/// What `/proc/PID/stat` says about a process (proc(5)), as far as it is of use here.
struct ProcessStatus: Sendable, Hashable {
    /// The number of its parent.
    var parent: Int32
    /// Whether it belongs to a terminal.
    var hasTerminal: Bool
    /// When it began, in clock ticks since the host's start.
    var startTicks: UInt64

    /// A process's status.
    init(parent: Int32, hasTerminal: Bool, startTicks: UInt64) {
        self.parent = parent
        self.hasTerminal = hasTerminal
        self.startTicks = startTicks
    }

    /// Parses the line.
    init?(_ text: String) {
        // The second field is the command in parentheses, which may itself hold spaces and parentheses.
        guard let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: end)...].split(whereSeparator: \.isWhitespace)
        guard fields.count > 19, let parent = Int32(fields[1]), let terminal = Int32(fields[4]),
            let threads = Int(fields[17]), let startTicks = UInt64(fields[19])
        else { return nil }
        // While others run, its first thread may have ended.
        guard fields[0] != "Z" || threads > 1 else { return nil }
        self.parent = parent
        hasTerminal = terminal != 0
        self.startTicks = startTicks
    }
}

extension HostProcess {
    /// The processes in a network namespace, by number, without the calling one and those that write containers' logs.
    /// - Parameter namespace: the number of the namespace's file.
    static func all(inNamespace namespace: UInt64) -> [HostProcess] {
        let own = getpid()
        let files = FactFiles()
        return files.names(in: "/proc").compactMap { Int32($0) }.filter { $0 != own }.sorted()
            .compactMap { processID in
                let folder = "/proc/\(processID)"
                var information = stat()
                guard stat("\(folder)/ns/net", &information) == 0, UInt64(information.st_ino) == namespace,
                    let status = files.text("\(folder)/stat").flatMap(ProcessStatus.init),
                    !isLogWriter(files.text("\(folder)/cmdline") ?? "")
                else { return nil }
                return HostProcess(
                    processID: processID, status: status, executable: files.link("\(folder)/exe"),
                    identity: FileIdentity("\(folder)/exe"), sockets: sockets(of: folder, files))
            }
    }

    private static func isLogWriter(_ commandLine: String) -> Bool {
        commandLine.split(separator: "\0").contains { $0 == OutputLog.processName }
    }

    private static func sockets(of folder: String, _ files: FactFiles) -> Set<UInt64> {
        Set(files.names(in: "\(folder)/fd").compactMap { files.socket("\(folder)/fd/\($0)") })
    }

    /// The last part of the program's path; `nil` when it is no file that can be named.
    var programName: String? {
        guard var path = executable, path.hasPrefix("/"), !path.hasPrefix("/memfd:") else { return nil }
        // So does the kernel mark what was replaced by an upgrade since.
        if path.hasSuffix(Self.deleted) { path.removeLast(Self.deleted.count) }
        return path.split(separator: "/").last.map(String.init)
    }

    /// The program's path, when the file that is there is still the one that runs. Where it is not, it was replaced, or
    /// the process has a root of its own, and the host's packages say nothing about it.
    func installedPath(_ files: FactFiles) -> String? {
        guard let executable, let identity, FileIdentity(files.root + executable) == identity else { return nil }
        return executable
    }

    private static let deleted = " (deleted)"
}
