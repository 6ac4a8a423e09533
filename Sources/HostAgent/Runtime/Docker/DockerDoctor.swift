import DockerEngine

/// What keeps a host's Docker daemon from moving containers, and what to do about it.
public struct DockerDoctor: Sendable {
    private let socket: String
    private let containerd: [String]
    private let criuSettings: String

    /// A look at a daemon.
    /// - Parameters:
    ///   - socket: the daemon's Unix socket.
    ///   - containerd: where its containerd may listen.
    ///   - criuSettings: what runc hands on to CRIU.
    public init(
        socket: String, containerd: [String] = DockerRuntime.standardContainerdSockets,
        criuSettings: String = "/etc/criu/runc.conf"
    ) {
        self.socket = socket
        self.containerd = containerd
        self.criuSettings = criuSettings
    }

    /// What is missing, in words an operator can act on; empty when nothing is.
    public func problems() async -> [String] {
        let others = await containerdProblems() + settingsProblems()
        do {
            let engine = try DockerEngine(socket: socket)
            defer { engine.close() }
            let version = try await engine.version()
            return Self.problems(of: version, try await engine.info()) + others
        } catch {
            return ["\(error)"] + others
        }
    }

    /// What a daemon lacks, by its own account.
    static func problems(of version: DockerVersion, _ info: DockerInfo) -> [String] {
        var problems: [String] = []
        if !version.isExperimental {
            problems.append(
                "Docker \(version.version) runs without its experimental features, of which checkpoints are one: put "
                    + "{\"experimental\": true} into /etc/docker/daemon.json and restart it")
        }
        if info.driver != "overlay2" {
            problems.append(
                "Docker's storage driver is '\(info.driver)', whose writable layers cannot follow a container: use overlay2"
            )
        }
        if let runtime = info.defaultRuntime, runtime != "runc" {
            problems.append("Docker's default runtime is '\(runtime)'; containers move with runc")
        }
        if !info.keepsContainersAlive {
            problems.append(
                "Docker ends all containers when it is restarted: put {\"live-restore\": true} into "
                    + "/etc/docker/daemon.json and reload it")
        }
        return problems
    }

    /// Dumps are asked of containerd.
    private func containerdProblems() async -> [String] {
        do {
            _ = try await Containerd(sockets: containerd).version()
            return []
        } catch {
            return ["containerd, which is asked for dumps, does not answer: \(error)"]
        }
    }

    /// What runc has to hand on to CRIU: what else containers of runc are moved with. See `CriuOptions`.
    private func settingsProblems() -> [String] {
        let missing = CriuSettings(text: FactFiles().text(criuSettings) ?? "").missing
        guard !missing.isEmpty else { return [] }
        let list = missing.map { "'\($0.line)', without which \($0.loss)" }.joined(separator: "; ")
        return ["\(criuSettings) lacks lines: \(list). 'scripts/bootstrap --docker' adds them"]
    }
}
