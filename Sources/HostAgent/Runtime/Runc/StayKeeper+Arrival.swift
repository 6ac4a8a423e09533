import FleetModel

extension StayKeeper {
    /// See `ContainerRuntime.prepare`.
    func prepare(_ spec: ContainerSpec, in namespace: NetworkNamespace) throws(StepFailure) {
        guard stay.arrival != nil else { throw StepFailure.noArrival }
        if let record, record.spec == spec, record.namespace == namespace {
            switch record.phase {
            case .prepared where waitingWorker?.isReady == true: return
            case .held, .running: return
            default: break
            }
        }
        try remove()
        do {
            // A copy that is missing is made now, and not while the container stands still.
            _ = try tools.rootFileSystem(for: spec)
            try FileTree.make(files.directory)
            try note(
                StayRecord(
                    stay: stay, spec: spec, namespace: namespace, phase: .prepared(lost: nil), outputPipe: 0))
            try makeReady()
        } catch {
            try? remove()
            throw error
        }
    }

    /// See `ContainerRuntime.restore`.
    func restore(through doorway: Doorway, lease: Duration) throws(StepFailure) -> StepTimings {
        guard let record, let arrival = stay.arrival else { throw notHere }
        switch record.phase {
        case .held where held != nil, .running: return [:]
        case .prepared:
            let timings = try raise(
                from: tools.dump(of: arrival), origin: .arrival, through: doorway, lease: lease)
            // Others work meanwhile. Where it fails, the release says so.
            Task { try? limitHeld() }
            return timings
        default: throw notHere
        }
    }

    /// See `ContainerRuntime.release`.
    func release() throws(StepFailure) -> StepTimings {
        guard let record else { throw notHere }
        switch record.phase {
        case .running: return [:]
        case .prepared(let loss?): throw StepFailure(loss)
        case .held(let identity, let origin):
            guard let held, held.deadline > .now else {
                endLease()
                throw StepFailure(held == nil ? .interrupted : .leaseExpired)
            }
            return try letGo(identity, origin)
        default: throw notHere
        }
    }

    /// See `ContainerRuntime.revive`.
    func revive(from relocation: RelocationID, through doorway: Doorway) throws(StepFailure) {
        guard let record else { throw notHere }
        if case .running = record.phase, process?.runs == true { return }
        guard record.phase == .dumped(relocation) else { throw notHere }
        _ = try raise(
            from: tools.dump(of: relocation), origin: .revival(relocation), through: doorway, lease: .seconds(60))
        _ = try release()
    }

    // MARK: Steps

    /// Makes and starts what a restore needs: directories, the container's users, the control group, someone who writes down
    /// the output, and a worker in its place.
    private func makeReady() throws(StepFailure) {
        guard var record else { throw notHere }
        let identity = try identify(record.spec)
        try files.root.makeDirectories(for: identity)
        try controlGroup.open()
        let output = try tools.log(of: stay.container).begin()
        try identity?.own(output.pipe)
        waitingOutput = output.writer
        let worker = try startWorker(output: output.pipe)
        waitingWorker = worker
        try controlGroup.add(worker.process)
        record.outputPipe = try output.pipe.inode()
        record.outputWriter = output.writer.mark
        record.ids = identity?.range
        record.foreignInput = nil
        try note(record)
    }

    private func raise(
        from dump: DumpDirectory, origin: RestoreOrigin, through doorway: Doorway, lease: Duration
    ) throws(StepFailure) -> StepTimings {
        var timings: StepTimings = [:]
        var watch = Stopwatch()
        if waitingWorker?.isReady != true {
            waitingWorker?.end()
            waitingWorker = nil
            try makeReady()
            timings[.worker] = watch.lap()
        }
        guard let record, let worker = waitingWorker else { throw notHere }
        let manifest = try dump.manifest(of: stay.container)
        // One that began before containers had users of their own goes on without.
        let identity = manifest.ids == nil ? nil : try identify(record.spec)
        waitingWorker = nil
        let output = waitingOutput
        waitingOutput = nil
        do throws(StepFailure) {
            try raiseRoot(of: record, from: dump, manifest: manifest, origin: origin, for: identity)
            try InventoryImage(directory: dump.path).separateNetwork()
            if let identity { try IdentityImages(directory: dump.path).give(to: identity) }
            timings[.root] = watch.lap()
            let restore = CriuRestore(
                options: criuOptions(images: dump.path, log: "restore-\(stay).log"),
                inherited: [
                    InheritedDescriptor(
                        resource: "pipe:[\(manifest.outputPipe)]", number: CriuWorker.outputDescriptor)
                ])
            let tasks = try restore.hold(with: worker) { process throws(StepFailure) in try doorway.takeIn(process) }
            timings[.restore] = watch.lap()
            let traits = try dump.traits()
            if !traits.isEmpty { traits.give(to: controlGroup.members, of: tasks.process) }
            guard let identity = ProcessIdentity(pid: tasks.process) else {
                throw StepFailure(code: .restoreFailed, message: "the restored container has ended at once")
            }
            try note(.held(identity, origin), process: WatchedProcess(identity))
            held = HeldContainer(
                tasks: tasks, worker: worker, output: output, lastWriter: manifest.outputWriter,
                deadline: .now + lease, lease: expiry(after: lease))
            return timings
        } catch {
            worker.end()
            try? controlGroup.killAll()
            throw error
        }
    }

    /// Mounts the root with what the container wrote. Where it was dumped, that is still there.
    private func raiseRoot(
        of record: StayRecord, from dump: DumpDirectory, manifest: DumpDirectory.Manifest, origin: RestoreOrigin,
        for identity: StayIdentity?
    ) throws(StepFailure) {
        let root = files.root
        if origin == .arrival {
            try root.unmount()
            try root.clear(for: identity)
            if manifest.hasLayer { try dump.layer.unpack(into: root.upper) }
        }
        try root.mount(image: try tools.rootFileSystem(for: record.spec), for: identity)
    }

    /// Puts the limits in force of what is held, before it can run.
    private func limitHeld() throws(StepFailure) {
        guard let held, !held.isLimited, let record else { return }
        try controlGroup.limitBesideWorker(to: record.spec.limits)
        self.held?.isLimited = true
    }

    private func letGo(_ identity: ProcessIdentity, _ origin: RestoreOrigin) throws(StepFailure) -> StepTimings {
        guard let held else { throw notHere }
        var watch = Stopwatch()
        let process = process
        held.lease.cancel()
        do {
            try limitHeld()
            self.held = nil
            try note(.releasing(identity, origin), process: process)
            try held.tasks.release(with: held.worker)
            try note(.running(identity), process: process)
        } catch {
            self.held = nil
            held.worker.end()
            try? controlGroup.killAll()
            try note(origin.phase(lost: .interrupted))
            throw error
        }
        Task { leaveAlone(held) }
        return [.resume: watch.lap()]
    }

    // MARK: Lease

    /// Ends what is held when its time is over.
    func endLease() {
        guard let held, held.deadline <= .now, let record, case .held(_, let origin) = record.phase else { return }
        held.lease.cancel()
        self.held = nil
        held.worker.end()
        try? controlGroup.killAll()
        try? note(origin.phase(lost: .leaseExpired))
    }
}

extension RestoreOrigin {
    /// Where the stay stands again when its restored processes were lost.
    func phase(lost: HoldLoss) -> StayPhase {
        switch self {
        case .arrival: .prepared(lost: lost)
        case .revival(let relocation): .dumped(relocation)
        }
    }
}
