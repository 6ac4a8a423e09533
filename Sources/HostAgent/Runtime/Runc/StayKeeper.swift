import FleetModel
import Glibc
import SystemSupport

/// Does what is to be done to one stay, one thing at a time. See `RuncRuntime`.
actor StayKeeper: StayKeeping {
    let stay: Stay
    let tools: RuncTools
    let files: StayFiles
    let controlGroup: ControlGroup

    /// What is written down; `nil` when nothing is here.
    private(set) var record: StayRecord?
    /// The container's first process.
    private(set) var process: WatchedProcess?
    /// A worker that was started ahead of its request.
    var waitingWorker: CriuWorker?
    /// Who is to write down what that worker restores.
    var waitingOutput: OutputWriter?
    /// What was found out ahead of a dump.
    var foresight: DumpForesight?
    /// The relocation whose dump the waiting worker is to make; `nil` when it waits for a restore.
    var armed: RelocationID?
    /// Processes that were restored and have not run.
    var held: HeldContainer?
    /// Who the container's users are here, when that is known and they are not the host's.
    var identity: StayIdentity?
    /// The namespaces of a container that is about to be started.
    var opened: UserNamespace?

    private let executor: QueueExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(of stay: Stay, tools: RuncTools) {
        self.stay = stay
        self.tools = tools
        files = tools.files(of: stay)
        controlGroup = tools.controlGroup(of: stay)
        executor = QueueExecutor(label: "stay \(stay)")
    }

    // MARK: Record

    /// Writes down how the stay stands.
    func note(_ new: StayRecord, process: WatchedProcess? = nil) throws(StepFailure) {
        try JSONFile(files.record).overwrite(new)
        record = new
        self.process = process
        tools.board.post(stay, new.phase, process)
    }

    /// Writes down that the stay has come further.
    func note(_ phase: StayPhase, process: WatchedProcess? = nil) throws(StepFailure) {
        guard var record else { throw notHere }
        record.phase = phase
        try note(record, process: process)
    }

    /// The failure of an order that does not fit what is here.
    var notHere: StepFailure { .notHere(stay, in: record?.phase) }

    /// The record and process of a container that runs.
    func running() throws(StepFailure) -> (StayRecord, WatchedProcess) {
        guard let record, case .running = record.phase, let process else { throw notHere }
        guard process.runs else { throw StepFailure.hasEnded(stay) }
        return (record, process)
    }

    // MARK: Workers

    /// Starts a worker, in a network namespace or in that of the agent.
    func startWorker(
        in namespace: NetworkNamespace? = nil, output: OwnedDescriptor? = nil
    ) throws(StepFailure) -> CriuWorker {
        let lock = try OwnedDescriptor.open(files.workerLock, O_RDWR | O_CREAT)
        guard flock(lock.number, LOCK_SH | LOCK_NB) == 0 else {
            throw StepFailure("lock \(files.workerLock)", errno: errno)
        }
        let configuration = tools.configuration
        return try CriuWorker(
            CriuWorker.Setting(
                criu: configuration.criu, nsenter: configuration.nsenter, shell: configuration.shell,
                namespace: namespace, lock: lock, output: output))
    }

    func criuOptions(
        images: String, log: String, watchedPaths: [String] = [], external: String? = nil
    ) -> CriuOptions {
        CriuOptions(
            images: images, root: files.root.mountPoint, logFile: log, logLevel: tools.configuration.criuLogLevel,
            ghostLimit: tools.configuration.ghostLimit, watchedPaths: watchedPaths,
            external: external.map { [$0] } ?? [])
    }

    // MARK: After the agent's end

    /// Finds out how the stay stands that an earlier agent left.
    func settle() {
        guard record == nil else { return }
        guard let left = try? JSONFile(files.record).read(StayRecord.self), left.stay == stay else {
            try? remove()
            return
        }
        if let range = left.ids { tools.ranges.note(range, of: stay) }
        awaitWorkers(of: left)
        let wholeDump = { [tools] (relocation: RelocationID) in
            (try? tools.dump(of: relocation).manifest()) ?? nil != nil
        }
        guard let phase = left.phase.settled(isAlive: { WatchedProcess($0) != nil }, dumpIsWhole: wholeDump) else {
            try? remove()
            return
        }
        var current = left
        current.phase = phase
        switch phase {
        case .running(let identity):
            try? note(current, process: WatchedProcess(identity))
            if case .dumping(_, let relocation) = left.phase { try? tools.dump(of: relocation).remove() }
            if process != nil { enforce(current.spec.limits) }
        default:
            try? controlGroup.killAll()
            try? note(current)
        }
    }

    /// Waits until no worker of an earlier agent is at work.
    private func awaitWorkers(of left: StayRecord) {
        guard let lock = try? OwnedDescriptor.open(files.workerLock, O_RDWR | O_CREAT) else { return }
        let deadline = ContinuousClock.now + .seconds(60)
        while flock(lock.number, LOCK_EX | LOCK_NB) != 0, ContinuousClock.now < deadline { usleep(5000) }
    }

    // MARK: The end

    /// Removes everything of the stay. Succeeds when nothing is there.
    func remove() throws(StepFailure) {
        dropWorkers()
        process?.signal(SIGKILL)
        if let record, case .held(let identity, _) = record.phase { WatchedProcess(identity)?.signal(SIGKILL) }
        try controlGroup.killAll()
        _ = process?.ends(within: .seconds(10))
        // Before the record goes that tells of it. Whoever removes a stay that was dumped needs its dump no more.
        if case .dumped(let relocation) = record?.phase { try tools.dump(of: relocation).remove() }
        if FileTree.exists(files.runcState) { try deleteFromRunc() }
        try files.root.remove()
        try controlGroup.remove()
        try FileTree.remove(files.directory)
        identity = nil
        opened = nil
        tools.ranges.giveBack(of: stay)
        record = nil
        process = nil
        tools.board.remove(stay)
    }

    /// Hangs up on all workers; what they held ends.
    func dropWorkers() {
        if let held {
            held.lease.cancel()
            held.worker.end()
            self.held = nil
        }
        waitingWorker?.end()
        waitingWorker = nil
        waitingOutput = nil
        // It is empty; what stays of it is found by the next look.
        if let armed { try? tools.dump(of: armed).remove() }
        armed = nil
    }
}
