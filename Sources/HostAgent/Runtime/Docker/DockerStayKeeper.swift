import DockerEngine
import FleetModel
import Glibc

/// Does what is to be done to one stay on a daemon, one thing at a time. See `DockerRuntime`.
actor DockerStayKeeper: StayKeeping {
    let stay: Stay
    let tools: DockerTools
    /// What is written down; `nil` when nothing is here.
    private(set) var record: DockerStayRecord?
    /// How often something was written down.
    private var changes = 0
    /// What the processes were asked ahead of a dump.
    var survey: FamilySurvey?
    /// Ends what is held when its time is over.
    var lease: Task<Void, Never>?
    /// Asks again what has come of a dump, when the daemon did not answer.
    var retrial: Task<Void, Never>?
    /// Across suspensions an actor alone does not keep one thing from beginning before another has ended.
    let turnstile = Turnstile()

    var engine: DockerEngine { tools.engine }

    init(of stay: Stay, tools: DockerTools) {
        self.stay = stay
        self.tools = tools
    }

    // MARK: Record

    /// How the stay stands, for those who only look.
    var state: DockerStayRecord? { record }

    /// The same, and how many times that has changed.
    var standing: DockerStanding? { record.map { DockerStanding(record: $0, changes: changes) } }

    /// Writes down how the stay stands.
    func note(_ new: DockerStayRecord) throws(StepFailure) {
        try JSONFile(tools.record(of: stay)).overwrite(new)
        record = new
        changes += 1
    }

    /// Writes down that the stay has come further.
    func note(_ phase: DockerPhase) throws(StepFailure) {
        guard var record else { throw notHere }
        record.phase = phase
        try note(record)
    }

    /// The failure of an order that does not fit what is here.
    var notHere: StepFailure { .notHere(stay, in: record?.phase) }

    /// The record and the container of a stay that has one.
    func created() throws(StepFailure) -> (DockerStayRecord, container: String) {
        guard let record, let container = record.container else { throw notHere }
        return (record, container)
    }

    /// The container of a stay that runs.
    func running() async throws(StepFailure) -> ContainerDetails {
        let (record, container) = try created()
        guard record.phase == .running else { throw notHere }
        guard let found = try await look(at: container), found.state.isRunning else {
            throw StepFailure.hasEnded(stay)
        }
        return found
    }

    /// What the daemon says about a container; `nil` when it has none of that name.
    func look(at container: String) async throws(StepFailure) -> ContainerDetails? {
        do throws(DockerError) {
            return try await engine.inspect(container)
        } catch .notFound {
            return nil
        } catch {
            throw StepFailure("look at container \(container)", error)
        }
    }

    // MARK: The sandbox

    /// See `ContainerRuntime.openNamespace`.
    func openNamespace(for spec: ContainerSpec) async throws(StepFailure) -> NetworkNamespace {
        await turnstile.enter()
        defer { turnstile.leave() }
        if let record, let process = try await process(of: record.sandbox) { return Self.namespace(of: process) }
        try await clear()
        let image = try await tools.images.provideSandbox()
        let name = "relocate-sandbox-\(stay)"
        let body = DockerContainerBody.sandbox(
            of: stay, spec, image: image, controlGroupParent: tools.configuration.controlGroupParent)
        try await discard(name)
        let identifier = try await docker("create the sandbox of \(stay)") { () async throws(DockerError) in
            try await engine.create(name: name, body: body).id
        }
        do throws(StepFailure) {
            try note(DockerStayRecord(stay: stay, sandbox: identifier, container: nil, spec: nil, phase: .opened))
            _ = try await docker("start the sandbox of \(stay)") { () async throws(DockerError) in
                try await engine.start(identifier)
            }
            guard let process = try await process(of: identifier) else {
                throw StepFailure(code: .runtimeFailed, message: "the sandbox of \(stay) has ended at once")
            }
            return Self.namespace(of: process)
        } catch {
            try? await clear()
            throw error
        }
    }

    private func process(of container: String) async throws(StepFailure) -> Int32? {
        guard let found = try await look(at: container), found.state.isRunning, found.state.pid > 0 else { return nil }
        return found.state.pid
    }

    private static func namespace(of process: Int32) -> NetworkNamespace {
        NetworkNamespace(path: "/proc/\(process)/ns/net")
    }

    // MARK: The end

    /// Removes everything of the stay. Succeeds when nothing is there.
    func remove() async throws(StepFailure) {
        await turnstile.enter()
        defer { turnstile.leave() }
        try await clear()
    }

    /// Removes everything of the stay, for those whose turn it is.
    func clear() async throws(StepFailure) {
        lease?.cancel()
        lease = nil
        retrial?.cancel()
        retrial = nil
        guard let record else { return }
        if let container = record.container {
            let mounts = try await look(at: container)?.mounts ?? []
            try await discard(container)
            // They have gone with it.
            if case .dumped = record.phase { await tools.volumes.remove(mounts) }
        }
        // Whoever removes a stay that was dumped, or of which that is not known yet, needs its dump no more.
        switch record.phase {
        case .dumping(let relocation), .dumped(let relocation): try tools.dump(of: relocation).remove()
        default: break
        }
        try await discard(record.sandbox)
        try FileTree.remove(tools.logs(of: stay))
        try FileTree.remove(tools.record(of: stay))
        self.record = nil
    }

    /// Ends and removes a container. Succeeds when there is none.
    func discard(_ container: String) async throws(StepFailure) {
        do throws(DockerError) {
            try await engine.remove(container, force: true, volumes: true)
        } catch .notFound {
            return
        } catch {
            throw StepFailure("remove container \(container)", error)
        }
    }

    // MARK: After the agent's end

    /// Finds out how the stay stands that an earlier agent left.
    func settle() async {
        await turnstile.enter()
        defer { turnstile.leave() }
        guard record == nil, let left = try? JSONFile(tools.record(of: stay)).read(DockerStayRecord.self),
            left.stay == stay
        else { return }
        record = left
        switch left.phase {
        case .opened, .starting:
            try? await clear()
        case .held:
            // Packets are delivered only after a release has been recorded: nobody has heard of it.
            if let container = left.container { try? await engine.kill(container, signal: "KILL") }
            try? note(.prepared(lost: .interrupted))
        case .adopting(let original):
            await giveBack(original)
            try? await clear()
        case .dumping(let relocation):
            await settleDump(for: relocation, isWanted: true)
        case .running:
            // An agent that ended in the middle of a trial has left it frozen.
            if let container = left.container, let found = try? await look(at: container), !found.state.isPaused {
                ProcessControlGroups(of: found.state.pid).thaw(container)
            }
        case .prepared, .dumped:
            break
        }
    }
}
