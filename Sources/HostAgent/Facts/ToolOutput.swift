import FoundationEssentials
import Glibc
import Subprocess

/// What other programs know about the host.
enum ToolOutput {
    /// What a program prints, whatever its status; `nil` when it cannot be started.
    static func of(_ tool: String, _ arguments: [String], in namespace: NetworkNamespace? = nil) async -> String? {
        guard let path = path(of: tool) else { return nil }
        let command = (namespace.map { ["nsenter", "--net=\($0.path)"] } ?? []) + [path] + arguments
        guard let program = Self.path(of: command[0]) else { return nil }
        let result = try? await run(
            .path(.init(program)), arguments: Arguments(Array(command.dropFirst())),
            // Answers are parsed, so they must be in English.
            environment: .inherit.updating(["LC_ALL": "C"]), output: .string(limit: 16 << 20), error: .discarded)
        return result?.standardOutput
    }

    /// Where a program is; `nil` when it is not installed.
    static func path(of tool: String) -> String? {
        if tool.contains("/") { return access(tool, X_OK) == 0 ? tool : nil }
        // Services are often started without the folders of administration in their PATH.
        let inherited = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let usual = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        for folder in "\(inherited):\(usual)".split(separator: ":") {
            let path = "\(folder)/\(tool)"
            if access(path, X_OK) == 0 { return path }
        }
        return nil
    }
}
