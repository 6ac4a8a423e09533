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
                    let status = ProcessStatus(of: processID), !status.hasEnded,
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
