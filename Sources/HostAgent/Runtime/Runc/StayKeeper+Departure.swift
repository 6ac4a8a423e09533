import FleetModel
import Glibc

extension StayKeeper {
    /// See `ContainerRuntime.trial`.
    func trial() throws(StepFailure) -> Mobility {
        let (record, process) = try running()
        let family: Set<Int32>
        do {
            family = try awaitFamily(of: process, within: Self.longPatience)
        } catch {
            return .immovable(reason: error.message, log: error.toolMessage)
        }
        let scratch = DumpDirectory(scratch: files.trial)
        try scratch.create(by: tools.maker(stay))
        defer { try? scratch.remove() }
        let worker = try startWorker(in: record.namespace)
        defer { worker.end() }
        let options = criuOptions(
            images: scratch.path, log: "dump.log", watchedPaths: watchedFiles.paths(watchedBy: family),
            external: record.foreignInput)
        let dump = CriuDump(process: process.identity.pid, options: options, leaveRunning: true)
        do {
            _ = try dump.run(with: worker) { () throws(StepFailure) in }
            return .movable
        } catch {
            guard error.code == .dumpRefused else { throw error }
            let errors = CriuLog(directory: scratch.path, name: options.logFile).errors.suffix(20)
            return .immovable(reason: error.message, log: errors.joined(separator: "\n"))
        }
    }

    /// See `ContainerRuntime.arm`. Here, where nobody waits for the container yet, is the time to wait for what stands beside
    /// it, and to ask its processes what takes long.
    func arm(for relocation: RelocationID) throws(StepFailure) {
        let (record, process) = try running()
        foresight = nil
        let family = try awaitFamily(of: process, within: Self.longPatience)
        foresight = foresee(family, of: process, in: record.namespace)
        dropWorkers()
        armed = relocation
        do {
            try tools.dump(of: relocation).create(by: tools.maker(stay))
            let worker = try startWorker(in: record.namespace)
            waitingWorker = worker
            Task { [weak self, weak worker] in
                try? await Task.sleep(for: .seconds(120))
                if let worker { await self?.end(armed: worker) }
            }
        } catch {
            dropWorkers()
            throw error
        }
    }

    /// Ends a worker that waited in vain.
    private func end(armed worker: CriuWorker) {
        guard waitingWorker === worker else { return }
        foresight = nil
        dropWorkers()
    }

    /// See `ContainerRuntime.disarm`.
    func disarm(for relocation: RelocationID) {
        guard armed == relocation else { return }
        foresight = nil
        dropWorkers()
    }

    /// See `ContainerRuntime.removeForsakenDumps`.
    func removeIfForsaken(_ dump: DumpDirectory) throws(StepFailure) {
        guard let relocation = dump.relocation, armed != relocation, try dump.manifest() == nil else { return }
        switch record?.phase {
        case .dumping(_, relocation), .dumped(relocation): return
        default: try dump.remove()
        }
    }

    /// See `ContainerRuntime.checkpoint`.
    func checkpoint(
        for relocation: RelocationID, within limit: TimeLimit?, whenStill: (Set<Int32>) throws(StepFailure) -> Void
    ) throws(StepFailure) -> DumpMeasurement {
        let destination = tools.dump(of: relocation)
        if let record, record.phase == .dumped(relocation) {
            return DumpMeasurement(bytes: destination.bytes, timings: [:])
        }
        let (record, process) = try running()
        let family = try awaitFamily(of: process, within: Self.shortPatience)
        let foresight = foresight ?? foresee(family, of: process, in: record.namespace)
        self.foresight = nil
        let worker = try takeWorker(in: record.namespace, for: relocation)
        do {
            try note(.dumping(process.identity, relocation), process: process)
        } catch {
            worker.end()
            try? destination.remove()
            throw error
        }
        let dump = CriuDump(
            process: process.identity.pid,
            options: criuOptions(
                images: destination.path, log: "dump.log", watchedPaths: foresight.watchedPaths,
                external: record.foreignInput), wholeLimit: limit)
        var broken = BrokenSockets()
        do {
            let timings = try dump.run(with: worker, whenStill: { () throws(StepFailure) in try whenStill(family) }) {
                () throws(StepFailure) in
                // What has begun since was dumped, or has entered and was not.
                let look = bystanders(of: process).lookAtGroup(knowing: family)
                try destination.add(foresight.survey.finish(look.family))
                // If the kernel does not say which need it, all are looked at.
                let open = try? foresight.sockets?.open()
                let images = StreamImages(directory: destination.path)
                try images.amend(open?.toAmend)
                if let open, let sockets = foresight.sockets {
                    let over = images.inodes.subtracting(open.all)
                    broken = BrokenSockets(of: look.family, amongst: over, beside: sockets)
                }
                if let input = record.foreignInput {
                    try FileImages(directory: destination.path).name(input, as: FirstMounts.nothing)
                }
                try complete(destination, of: record, within: limit)
                if let refusal = Bystanders.refusal(look.bystanders) { throw refusal }
            }
            // CRIU has killed them; that there are never two copies does not rest on that alone.
            process.signal(SIGKILL)
            // Better restored as ended than not at all.
            try? broken.add(to: destination, images: destination.path)
            try note(.dumped(relocation))
            worker.endLater()
            return DumpMeasurement(bytes: destination.bytes, timings: timings)
        } catch {
            worker.end()
            // The decision may have reached CRIU although its answer did not reach us.
            if !process.runs, let manifest = try? destination.manifest(), manifest.container == stay.container {
                try note(.dumped(relocation))
                return DumpMeasurement(bytes: destination.bytes, timings: [:])
            }
            try? destination.remove()
            try note(.running(process.identity), process: process)
            // It is tried again at once.
            if error.isOfTheMoment { self.foresight = foresight }
            throw error
        }
    }

    private static let longPatience = Duration.seconds(3)
    private static let shortPatience = Duration.milliseconds(500)

    /// Waits until nothing stands beside the first process: what enters a container is often over in a moment.
    /// - Returns: the processes that move, as this host counts.
    /// - Throws: `StepFailure` with `dumpRefused` that names what stays.
    private func awaitFamily(of process: WatchedProcess, within limit: Duration) throws(StepFailure) -> Set<Int32> {
        let bystanders = bystanders(of: process)
        let deadline = ContinuousClock.now + limit
        while true {
            let look = bystanders.look()
            guard let refusal = Bystanders.refusal(look.bystanders) else { return look.family }
            guard ContinuousClock.now < deadline else { throw refusal }
            usleep(20_000)
        }
    }

    private func foresee(
        _ family: Set<Int32>, of process: WatchedProcess, in namespace: NetworkNamespace
    ) -> DumpForesight {
        DumpForesight(
            survey: FamilySurvey(of: family, first: process.identity.pid),
            watchedPaths: watchedFiles.paths(watchedBy: family),
            // Without it the dump is made all the same.
            sockets: try? awaitingNetworkNamespace(namespace) { () throws(NetlinkError) in try SocketDiagnosis() })
    }

    private var watchedFiles: WatchedFiles { WatchedFiles(root: files.root.mountPoint, upper: files.root.upper) }

    private func bystanders(of process: WatchedProcess) -> Bystanders {
        Bystanders(first: process.identity.pid, group: controlGroup.directory)
    }

    /// The worker that was armed, or a new one.
    private func takeWorker(
        in namespace: NetworkNamespace, for relocation: RelocationID
    ) throws(StepFailure) -> CriuWorker {
        let dump = tools.dump(of: relocation)
        if armed == relocation, let worker = waitingWorker, worker.isReady, FileTree.exists(dump.path) {
            waitingWorker = nil
            armed = nil
            return worker
        }
        dropWorkers()
        do {
            try dump.create(by: tools.maker(stay))
            return try startWorker(in: namespace)
        } catch {
            try? dump.remove()
            throw error
        }
    }

    /// The tasks are stopped and written down: adds what they wrote to their files, and says that all is there.
    private func complete(
        _ dump: DumpDirectory, of record: StayRecord, within limit: TimeLimit?
    ) throws(StepFailure) {
        let root = files.root
        let hasLayer = root.hasLayer
        if hasLayer { try dump.layer.pack(root.upper, within: limit) }
        try limit?.check()
        try dump.complete(
            DumpDirectory.Manifest(
                container: stay.container, outputPipe: record.outputPipe, hasLayer: hasLayer,
                outputWriter: record.outputWriter, ids: record.ids))
    }
}
