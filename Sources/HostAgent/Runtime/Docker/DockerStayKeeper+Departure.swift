import DockerEngine
import FleetModel

extension DockerStayKeeper {
    /// See `ContainerRuntime.trial`.
    func trial() async throws(StepFailure) -> Mobility {
        await turnstile.enter()
        defer { turnstile.leave() }
        let container = try await running()
        let scratch = tools.trial(of: stay)
        try scratch.create(by: tools.maker(stay))
        defer { try? scratch.remove() }
        do {
            try await dump(container, into: scratch, exit: false, patience: Self.longPatience(with: container))
            return .movable
        } catch {
            guard error.code == .dumpRefused else { throw error }
            return .immovable(reason: error.message, log: error.toolMessage)
        }
    }

    /// See `ContainerRuntime.checkpoint`.
    func checkpoint(
        for relocation: RelocationID, whenStill: StillCheck
    ) async throws(StepFailure) -> DumpMeasurement {
        await turnstile.enter()
        defer { turnstile.leave() }
        let destination = tools.dump(of: relocation)
        if let record, record.phase == .dumped(relocation) {
            return DumpMeasurement(bytes: destination.size, timings: [:])
        }
        let container = try await running()
        let survey = survey
        self.survey = nil
        var watch = Stopwatch()
        do throws(StepFailure) {
            try destination.create(by: tools.maker(stay))
            try await forbidRestarts(of: container.id)
            try note(.dumping(relocation))
        } catch {
            try? destination.remove()
            await allowRestarts()
            throw error
        }
        var timings: StepTimings = [:]
        do throws(StepFailure) {
            do throws(StepFailure) {
                try await dump(
                    container, into: destination, exit: true, patience: Self.shortPatience, survey: survey,
                    whenStill: whenStill)
            } catch {
                // Whatever is reported: what was ended and is written down is a dump.
                guard try await hasEnded(container.id), destination.hasImages else { throw error }
                // Better restored with connections that stall than not at all.
                try? StreamImages(directory: destination.dockerCheckpoint).amend(nil)
            }
            timings[.dump] = watch.lap()
            try await complete(destination, of: container)
            timings[.layer] = watch.lap()
        } catch {
            await settleDump(for: relocation, isWanted: false)
            // It is tried again at once.
            if error.isOfTheMoment { self.survey = survey }
            throw error
        }
        try note(.dumped(relocation))
        // The name is the next stay's.
        await rename(container.id, to: "\(stay)")
        return DumpMeasurement(bytes: destination.size, timings: timings)
    }

    /// See `ContainerRuntime.disarm`: nothing is armed, but a dump may be under way, or its end not be known: containerd may
    /// be back by now and tell.
    func disarm(for relocation: RelocationID) async throws(StepFailure) {
        await turnstile.enter()
        defer { turnstile.leave() }
        if record?.phase == .dumping(relocation) { await settleDump(for: relocation, isWanted: false) }
        guard record?.phase != .dumping(relocation) else {
            throw StepFailure(
                code: .runtimeFailed, message: "it is not known yet what has come of the dump of '\(stay.container)'")
        }
    }

    /// See `ContainerRuntime.removeForsakenDumps`. Images that are whole may be all that is left of a container.
    func removeIfForsaken(_ dump: DumpDirectory) async throws(StepFailure) {
        await turnstile.enter()
        defer { turnstile.leave() }
        switch record?.phase {
        case .adopting: return
        case .dumping(let relocation), .dumped(let relocation): if dump.relocation == relocation { return }
        default: break
        }
        // Nobody waits for a trial or an adoption when it is this one's turn.
        let isThrownAway = dump.relocation == nil
        let isWhole = try dump.manifest() != nil || dump.hasImages
        if isThrownAway || !isWhole { try dump.remove() }
    }

    /// Finds out what has come of a dump whose end nobody has seen, or that is of no use: a container that it has ended goes
    /// on from it, unless somebody waits for the dump and it is whole. As long as that cannot be found out, this is tried
    /// again.
    func settleDump(for relocation: RelocationID, isWanted: Bool) async {
        guard let container = record?.container else { return }
        let dump = tools.dump(of: relocation)
        do throws(StepFailure) {
            if try await hasEnded(container), dump.hasImages, let found = try await look(at: container) {
                // Better restored with connections that stall than not at all.
                try? StreamImages(directory: dump.dockerCheckpoint).amend(nil)
                if isWanted, (try? await complete(dump, of: found)) != nil {
                    try? note(.dumped(relocation))
                    return
                }
                // The storage may be full: what only another host would need goes first. If the container cannot even go on
                // from its own checkpoint, that is kept.
                dump.removeFiles()
                if (try? await raise(container, from: dump)) != nil { try? dump.remove() }
            } else {
                try? dump.remove()
            }
        } catch {
            retrial = Task { [weak self] in
                do { try await Task.sleep(for: .seconds(1)) } catch { return }
                await self?.settleDumpAgain(for: relocation)
            }
            return
        }
        try? note(.running)
        await allowRestarts()
    }

    private func settleDumpAgain(for relocation: RelocationID) async {
        await turnstile.enter()
        defer { turnstile.leave() }
        guard !Task.isCancelled, record?.phase == .dumping(relocation) else { return }
        await settleDump(for: relocation, isWanted: false)
    }

    /// Whether a container has ended. A dump that is under way, whoever asked for it, comes to its end first; one that was
    /// broken off may have left the processes frozen.
    func hasEnded(_ container: String) async throws(StepFailure) -> Bool {
        let process: Int32?
        do throws(GRPCError) {
            process = try await tools.containerd.process(of: container)
        } catch {
            throw StepFailure("ask how container '\(stay.container)' stands", error)
        }
        if let process {
            ProcessControlGroups(of: process).thaw(container)
            return false
        }
        await awaitEnd(of: container)
        return true
    }

    /// Waits until the daemon, too, knows that a container has ended, and has written down all its output. It may be gone
    /// just now.
    private func awaitEnd(of container: String) async {
        _ = try? await engine.wait(container, timeout: .seconds(10))
    }

    /// The processes have ended and are written down: adds what they wrote to their files and their log, and says that all is
    /// there.
    /// - Parameter takesVolumes: whether what is in its volumes is to go with it.
    func complete(
        _ dump: DumpDirectory, of found: ContainerDetails, takesVolumes: Bool = true
    ) async throws(StepFailure) {
        if try dump.manifest() != nil { return }
        var hasLayer = false
        if let upper = found.upperDirectory, !FileTree.names(in: upper).isEmpty {
            hasLayer = true
            try dump.layer.pack(upper)
        }
        if takesVolumes { try tools.volumes.pack(found.mounts, into: dump) }
        await awaitEnd(of: found.id)
        if !found.logPath.isEmpty { try DockerLog(in: dump).copy(from: DockerLog(path: found.logPath)) }
        try dump.complete(DumpDirectory.Manifest(container: stay.container, outputPipe: 0, hasLayer: hasLayer))
    }
}

extension DumpDirectory {
    /// CRIU's images. Docker looks for checkpoints by their names.
    var dockerCheckpoint: String { "\(path)/\(DockerTools.checkpoint)" }
    /// Whether CRIU has come to its end: the inventory is what it writes last.
    var hasImages: Bool { FileTree.exists(dockerCheckpoint + "/inventory.img") }
    /// Removes all that is not the processes' own.
    func removeFiles() {
        let own = ["\(path)/\(DockerTools.checkpoint)", traitsFile, brokenFile]
        for file in FileTree.names(in: path).map({ "\(path)/\($0)" }) where !own.contains(file) {
            try? FileTree.remove(file)
        }
    }
    /// All of it, in bytes.
    var size: Int { bytes + FileTree.bytes(in: dockerCheckpoint) }
}
