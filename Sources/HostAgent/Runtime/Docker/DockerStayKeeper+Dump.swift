import DockerEngine
import FleetModel

extension DockerStayKeeper {
    /// How long a move waits, while packets are held, for what stands beside the first process.
    static let shortPatience = Duration.seconds(2)

    /// How long it waits before anything is held. A health check takes its time, and comes again.
    static func longPatience(with container: ContainerDetails) -> Duration {
        container.state.health == nil ? .seconds(3) : .seconds(10)
    }

    /// See `ContainerRuntime.arm`. Here, where nobody waits for the container yet, is the time to wait for what stands beside
    /// it, and to ask its processes what takes long.
    func arm() async throws(StepFailure) {
        await turnstile.enter()
        defer { turnstile.leave() }
        let container = try await running()
        survey = nil
        let family = try await awaitFamily(
            bystanders(of: container), until: .now + Self.longPatience(with: container))
        survey = FamilySurvey(of: family, first: container.state.pid)
    }

    /// Dumps a container that stands still already: then nothing enters it unseen, since runc starts nothing in one that is
    /// frozen. A container that people have paused stays so.
    /// - Parameters:
    ///   - exit: whether it ends by it.
    ///   - patience: how long to wait for what stands beside its first process.
    ///   - survey: what its processes were asked before.
    ///   - whenStill: is called when it stands still; if it throws, it goes on.
    func dump(
        _ container: ContainerDetails, into directory: DumpDirectory, exit: Bool, patience: Duration,
        survey: FamilySurvey? = nil, whenStill: StillCheck = { _ in }
    ) async throws(StepFailure) {
        let bystanders = bystanders(of: container)
        let groups = ProcessControlGroups(of: bystanders.first)
        let deadline = ContinuousClock.now + patience
        defer { if !container.state.isPaused { groups.thaw(container.id) } }
        let family: Set<Int32>
        while true {
            let running = try await awaitFamily(bystanders, until: deadline)
            let survey = survey ?? FamilySurvey(of: running, first: bystanders.first)
            guard await groups.freeze(container.id) else {
                throw StepFailure(code: .dumpRefused, message: "its processes do not stand still when they are told to")
            }
            let look = bystanders.lookAtGroup(knowing: running)
            guard let refusal = Bystanders.refusal(look.bystanders) else {
                try whenStill(look.family)
                try directory.add(survey.finish(look.family))
                family = look.family
                break
            }
            guard ContinuousClock.now < deadline, !container.state.isPaused else { throw refusal }
            groups.thaw(container.id)
        }
        // From a trial nothing is ever restored.
        guard exit else { return try await dumpStill(container.id, into: directory, exit: false) }
        // If the kernel does not say which connections need it, all are looked at.
        let sockets = try? await withNetworkNamespace(
            NetworkNamespace(path: "/proc/\(bystanders.first)/ns/net")
        ) { () throws(NetlinkError) in
            let sockets = try SocketDiagnosis()
            let open = try sockets.open()
            return (open, BrokenSockets(of: family, except: open.all, beside: sockets))
        }
        try await dumpStill(container.id, into: directory, exit: true)
        try StreamImages(directory: directory.dockerCheckpoint).amend(sockets?.0.toAmend)
        // Better restored as ended than not at all.
        try? sockets?.1.add(to: directory, images: directory.dockerCheckpoint)
    }

    /// Waits until nothing stands beside the first process.
    /// - Returns: the processes that move, as this host counts.
    /// - Throws: `StepFailure` with `dumpRefused` that names what stays.
    private func awaitFamily(
        _ bystanders: Bystanders, until deadline: ContinuousClock.Instant
    ) async throws(StepFailure) -> Set<Int32> {
        while true {
            let look = bystanders.look()
            guard let refusal = Bystanders.refusal(look.bystanders) else { return look.family }
            guard ContinuousClock.now < deadline, !Task.isCancelled else { throw refusal }
            // A cancelled wait is noticed above.
            try? await Task.sleep(for: .milliseconds(20))
        }
    }

    private func bystanders(of container: ContainerDetails) -> Bystanders {
        let first = Int32(container.state.pid)
        let group = ProcessControlGroups(of: first).directory(for: "freezer", named: container.id)
        return Bystanders(first: first, group: group ?? "", hasOwnShim: true)
    }

    private func dumpStill(_ container: String, into directory: DumpDirectory, exit: Bool) async throws(StepFailure) {
        try FileTree.make(directory.dockerCheckpoint)
        let logs = tools.logs(of: stay)
        try FileTree.remove(logs)
        try FileTree.make(logs)
        do throws(GRPCError) {
            try await tools.containerd.dump(container, into: directory.dockerCheckpoint, logs: logs, exit: exit)
        } catch {
            if case .refused(_, let message) = error, FileTree.exists("\(logs)/dump.log") {
                let settings = CriuSettings(text: FactFiles().text(tools.configuration.criuSettings) ?? "")
                throw CriuLog(directory: logs, name: "dump.log").failure(
                    .dumpRefused, firstError: message, ghostLimit: settings.ghostLimit)
            }
            throw StepFailure("dump container '\(stay.container)'", error)
        }
    }

    /// Gives the processes of a container that was just restored what its dump has beside CRIU's images. It may stand still, as
    /// it did when it was dumped.
    /// - Parameter going: whether it goes on.
    func giveTraits(to container: String, from dump: DumpDirectory, going: Bool) async throws(StepFailure) {
        guard let first = try await look(at: container)?.state.pid, first > 0 else { return }
        let groups = ProcessControlGroups(of: first)
        if let group = groups.directory(for: "freezer", named: container) {
            try dump.traits().give(to: ProcessEntry.members(of: group), of: first)
        }
        if going { groups.thaw(container) }
    }
}
