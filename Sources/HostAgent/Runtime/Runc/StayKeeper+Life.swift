import FleetModel
import Glibc

extension StayKeeper {
    /// See `ContainerRuntime.openNamespace`.
    func openNamespace(for spec: ContainerSpec) throws(StepFailure) -> NamespaceOrigin {
        if isRunning(spec), let record { return .runtime(record.namespace) }
        try remove()
        guard let identity = try identify(spec) else { return .network }
        let configuration = tools.configuration
        let opened = try UserNamespace.make(
            identity.range.line, withNetwork: true, unshare: configuration.unshare, shell: configuration.shell)
        self.opened = opened
        return opened.network.map { .runtime(NetworkNamespace(path: UserNamespace.path(of: $0))) } ?? .network
    }

    private func isRunning(_ spec: ContainerSpec) -> Bool {
        guard let record, record.spec == spec, case .running = record.phase else { return false }
        return process?.runs == true
    }

    /// Who the users of the stay's container are here; `nil` for the host's own.
    func identify(_ spec: ContainerSpec) throws(StepFailure) -> StayIdentity? {
        if spec.hostRoot == true { return nil }
        if let identity { return identity }
        let configuration = tools.configuration
        let range = if let range = record?.ids { range } else { try tools.ranges.take(for: stay) }
        let new = StayIdentity(
            range: range,
            mounts: try .make(range.linesOfMounts, unshare: configuration.unshare, shell: configuration.shell))
        identity = new
        return new
    }

    /// See `ContainerRuntime.start`.
    func start(_ spec: ContainerSpec, in namespace: NetworkNamespace) throws(StepFailure) {
        if isRunning(spec) { return }
        // What `openNamespace` has made goes with what is removed.
        if record != nil { try remove() }
        let log = tools.log(of: stay.container)
        let hadOutput = log.exists
        do {
            try launch(spec, in: namespace)
        } catch {
            try? remove()
            if !hadOutput { try? log.remove() }
            throw error
        }
    }

    /// See `ContainerRuntime.stop`.
    func stop(gracePeriod: Duration) throws(StepFailure) {
        askToEnd(within: gracePeriod)
        try remove()
        try tools.log(of: stay.container).remove()
    }

    /// How long the kernel may take to end processes, which may be in the middle of a write to a disk.
    private static let timeToDie = Duration.seconds(10)

    /// See `ContainerRuntime.halt`.
    func halt(gracePeriod: Duration) throws(StepFailure) {
        askToEnd(within: gracePeriod)
        guard let process, process.runs else { return }
        process.signal(SIGKILL)
        guard process.ends(within: Self.timeToDie) else {
            throw StepFailure(
                code: .runtimeFailed, message: "the processes of '\(stay.container)' do not end when they are killed")
        }
    }

    private func askToEnd(within gracePeriod: Duration) {
        guard let process, process.runs, process.heeds(SIGTERM) else { return }
        process.signal(SIGTERM)
        _ = process.ends(within: gracePeriod)
    }

    /// What a container that was let go does not wait for: its worker's end, its output, and that its limits do without what
    /// the worker had.
    func leaveAlone(_ held: HeldContainer) {
        held.worker.end()
        held.output?.open(after: held.lastWriter)
        guard let record, case .running = record.phase else { return }
        enforce(record.spec.limits)
    }

    /// Puts a container's limits in force. One that uses more meanwhile and does not give it back is ended, as the kernel ends
    /// what wants more than its limit.
    func enforce(_ limits: ResourceLimits) {
        for _ in 0..<50 {
            if (try? controlGroup.limit(to: limits)) != nil { return }
            usleep(20_000)
        }
        // What has ended takes up nothing; whoever does not end now is killed with the stay.
        try? controlGroup.killAll()
    }

    func deleteFromRunc() throws(StepFailure) {
        let configuration = tools.configuration
        let command = [
            configuration.runc, "--root", configuration.stateDirectory + "/runc", "delete", "--force", "\(stay)",
        ]
        _ = ChildProcess.wait(for: try ChildProcess.spawn(command))
        try FileTree.remove(files.runcState)
    }

    private func launch(_ spec: ContainerSpec, in namespace: NetworkNamespace) throws(StepFailure) {
        let identity = try identify(spec)
        let users = opened
        opened = nil
        guard identity == nil || users != nil else { throw notHere }
        let image = try tools.rootFileSystem(for: spec)
        let defaults = try tools.defaults(of: spec.digest)
        try FileTree.make(files.directory)
        let input = try OwnedDescriptor.open(FirstMounts.nothing, O_RDWR)
        let (writer, output) = try tools.log(of: stay.container).begin()
        try identity?.own(output)
        writer.open(after: nil)
        try note(
            StayRecord(
                stay: stay, spec: spec, namespace: namespace, phase: .starting, outputPipe: try output.inode(),
                outputWriter: writer.mark, ids: identity?.range,
                foreignInput: identity == nil ? nil : try ExternalFile.name(of: input)))
        try files.root.mount(image: image, for: identity)
        let configuration = try BundleConfiguration(
            spec: spec, image: defaults, user: try ImageUser(defaults.user, in: image),
            rootFileSystem: files.root.mountPoint, namespace: namespace, controlGroup: controlGroup.name,
            users: identity.flatMap { identity in
                users.map {
                    BundleConfiguration.Users(range: identity.range, namespace: UserNamespace.path(of: $0.user))
                }
            })
        try JSONFile(files.bundleConfiguration).write(configuration)
        try runRunc(
            ["create", "--bundle", files.directory, "--pid-file", files.processFile], input: input, output: output)
        let text = String(decoding: try FileBytes.read(files.processFile), as: UTF8.self)
        guard let first = Int32(text).flatMap(ProcessIdentity.init) else {
            throw StepFailure(code: .runtimeFailed, message: "the container's process ended before it was started")
        }
        if identity != nil { try FirstMounts.settle(in: first.pid, masking: ContainerPrivileges.maskedFiles) }
        // Watched before it runs: with what a process has ended that nobody watched, the kernel does not tell.
        let process = WatchedProcess(first)
        try runRunc(["start"], input: input, output: output)
        try note(.running(first), process: process)
    }

    private func runRunc(
        _ verb: [String], input: OwnedDescriptor, output: OwnedDescriptor
    ) throws(StepFailure) {
        let configuration = tools.configuration
        let command =
            [
                configuration.runc, "--root", configuration.stateDirectory + "/runc", "--log", files.runcLog,
                "--log-format", "json",
            ] + verb + ["\(stay)"]
        let process = try ChildProcess.spawn(
            command, descriptors: [0: input.number, 1: output.number, 2: output.number])
        guard ChildProcess.wait(for: process) != .code(0) else { return }
        let lines = String(decoding: (try? FileBytes.read(files.runcLog)) ?? [], as: UTF8.self).split(separator: "\n")
        let messages = lines.compactMap { try? FleetJSON.decode(RuncLogLine.self, from: Array($0.utf8)) }
        throw StepFailure(
            code: .runtimeFailed, message: "the container could not be started",
            toolMessage: messages.last { $0.level == "error" }?.msg ?? lines.last.map(String.init) ?? "")
    }
}

private struct RuncLogLine: Decodable {
    let level: String
    let msg: String
}
