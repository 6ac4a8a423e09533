import FleetModel
import Subprocess

/// What an agent moves containers with.
public struct HostTools: Sendable {
    /// The runtimes that the agent was started with.
    public var runtimes: [RuntimeKind]
    /// The path or name of CRIU.
    public var criu: String
    /// The path or name of runc.
    public var runc: String
    /// The socket of the Docker daemon.
    public var docker: String
    /// Where its containerd may listen.
    public var containerd: [String]

    /// Tools of a host.
    public init(
        runtimes: [RuntimeKind], criu: String, runc: String, docker: String,
        containerd: [String] = DockerRuntime.standardContainerdSockets
    ) {
        self.runtimes = runtimes
        self.criu = criu
        self.runc = runc
        self.docker = docker
        self.containerd = containerd
    }

    /// Finds out what of them works now. An operator may have mended it since the last look, or broken it.
    public func look() async -> ToolFindings {
        guard runtimes.contains(where: { $0 != .simulated }) else { return ToolFindings() }
        var found = ToolFindings(
            criuVersion: await Self.version(of: criu, after: "Version:"),
            runcVersion: await Self.version(of: runc, after: "runc version"))
        if let problem = CriuRequirement(kernel: SystemName.current.release).problem(of: found.criuVersion, at: criu) {
            found.problems.append(problem)
            found.criuVersion = nil
        }
        if found.runcVersion == nil {
            found.problems.append("'\(runc)' does not run: install the package runc")
        }
        if runtimes.contains(.docker) {
            found.problems += await DockerDoctor(socket: docker, containerd: containerd).problems()
        }
        return found
    }

    private static func version(of tool: String, after prefix: String) async -> String? {
        let executable: Executable = tool.contains("/") ? .path(.init(tool)) : .name(tool)
        let result = try? await run(
            executable, arguments: ["--version"], output: .string(limit: 4096), error: .discarded)
        guard let result, result.terminationStatus.isSuccess else { return nil }
        let text = result.standardOutput
        let line = text.split(separator: "\n").first { $0.hasPrefix(prefix) } ?? text.split(separator: "\n").first
        return line.map { $0.dropFirst($0.hasPrefix(prefix) ? prefix.count : 0).trimmingPrefix(" ") }.map(String.init)
    }
}
