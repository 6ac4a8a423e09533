import FleetModel
import Glibc
import ImageStore

extension StayKeeper {
    /// See `ContainerRuntime.trial`.
    func trial() throws(StepFailure) -> Mobility {
        let (record, process) = try running()
        let scratch = DumpDirectory(scratch: files.trial)
        try scratch.create(by: tools.maker(stay))
        defer { try? scratch.remove() }
        let worker = try startWorker(in: record.namespace)
        defer { worker.end() }
        let options = criuOptions(images: scratch.path, log: "dump.log")
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

    /// See `ContainerRuntime.arm`.
    func arm(for relocation: RelocationID) throws(StepFailure) {
        let (record, _) = try running()
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
        if waitingWorker === worker { dropWorkers() }
    }

    /// See `ContainerRuntime.disarm`.
    func disarm(for relocation: RelocationID) {
        if armed == relocation { dropWorkers() }
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
    func checkpoint(for relocation: RelocationID) throws(StepFailure) -> DumpMeasurement {
        let destination = tools.dump(of: relocation)
        if let record, record.phase == .dumped(relocation) {
            return DumpMeasurement(bytes: destination.bytes, timings: [:])
        }
        let (record, process) = try running()
        let worker = try takeWorker(in: record.namespace, for: relocation)
        do {
            try note(.dumping(process.identity, relocation), process: process)
        } catch {
            worker.end()
            try? destination.remove()
            throw error
        }
        let dump = CriuDump(
            process: process.identity.pid, options: criuOptions(images: destination.path, log: "dump.log"))
        do {
            let timings = try dump.run(with: worker) { () throws(StepFailure) in
                try complete(destination, of: record)
            }
            // CRIU has killed them; that there are never two copies does not rest on that alone.
            process.signal(SIGKILL)
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
            throw error
        }
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
    private func complete(_ dump: DumpDirectory, of record: StayRecord) throws(StepFailure) {
        let root = files.root
        let hasLayer = root.hasLayer
        if hasLayer {
            do {
                _ = try LayerArchive.pack(directory: root.upper, to: dump.layer)
            } catch {
                throw StepFailure(
                    code: .dumpRefused, message: "the container's files cannot be written down", toolMessage: "\(error)"
                )
            }
        }
        try dump.complete(
            DumpDirectory.Manifest(container: stay.container, outputPipe: record.outputPipe, hasLayer: hasLayer))
    }
}
