import DockerEngine
import FleetModel
import ImageStore

extension DockerStayKeeper {
    /// See `ContainerRuntime.trial`.
    func trial() async throws(StepFailure) -> Mobility {
        await turnstile.enter()
        defer { turnstile.leave() }
        let container = try await running()
        let scratch = tools.trial(of: stay)
        try scratch.create()
        defer { try? scratch.remove() }
        do {
            try await dump(container, into: scratch, exit: false)
            return .movable
        } catch {
            guard error.code == .dumpRefused else { throw error }
            return .immovable(reason: error.message, log: error.toolMessage)
        }
    }

    /// See `ContainerRuntime.checkpoint`.
    func checkpoint(for relocation: RelocationID) async throws(StepFailure) -> DumpMeasurement {
        await turnstile.enter()
        defer { turnstile.leave() }
        let destination = tools.dump(of: relocation)
        if let record, record.phase == .dumped(relocation) {
            return DumpMeasurement(bytes: destination.size, timings: [:])
        }
        let container = try await running()
        var watch = Stopwatch()
        try destination.create()
        do throws(StepFailure) {
            try DumpRoom(of: container.state.pid).require(in: destination)
        } catch {
            try? destination.remove()
            throw error
        }
        try await forbidRestarts(of: container.id)
        try note(.dumping(relocation))
        var timings: [String: Double] = [:]
        do throws(StepFailure) {
            do throws(StepFailure) {
                try await dump(container, into: destination, exit: true)
            } catch {
                // Whatever the daemon reports: what was ended and is written down is a dump.
                let found = (try? await look(at: container.id)) ?? nil
                guard found?.state.isRunning == false, destination.hasImages else { throw error }
            }
            timings["dump"] = watch.lap()
            try complete(destination, of: container)
            timings["layer"] = watch.lap()
        } catch {
            await settleDump(for: relocation, isWanted: false)
            throw error
        }
        try note(.dumped(relocation))
        // The name is the next stay's.
        await rename(container.id, to: "\(stay)")
        return DumpMeasurement(bytes: destination.size, timings: timings)
    }

    /// Finds out what has come of a dump whose end nobody has seen, or that is of no use: a container that it has ended goes
    /// on from it, unless somebody waits for the dump and it is whole. As long as the daemon does not answer, this is tried
    /// again.
    func settleDump(for relocation: RelocationID, isWanted: Bool) async {
        guard let container = record?.container else { return }
        let found: ContainerDetails?
        do {
            found = try await look(at: container)
        } catch {
            retrial = Task { [weak self] in
                do { try await Task.sleep(for: .seconds(1)) } catch { return }
                await self?.settleDumpAgain(for: relocation)
            }
            return
        }
        let dump = tools.dump(of: relocation)
        if let found, !found.state.isRunning, dump.hasImages {
            if isWanted, (try? complete(dump, of: found)) != nil {
                try? note(.dumped(relocation))
                return
            }
            // The storage may be full: what only another host would need goes first. If the container cannot even go on from
            // its own checkpoint, that is kept.
            dump.removeFiles()
            if (try? await raise(container, from: dump)) != nil { try? dump.remove() }
        } else {
            if let found, found.state.isRunning { await thaw(found) }
            try? dump.remove()
        }
        try? note(.running)
        await allowRestarts()
    }

    /// A dump begins with stopping the container; a daemon that is ended in it lets nobody go on.
    private func thaw(_ found: ContainerDetails) async {
        if found.state.isPaused, (try? await engine.unpause(found.id)) != nil { return }
        ProcessControlGroups(of: found.state.pid).thaw()
    }

    private func settleDumpAgain(for relocation: RelocationID) async {
        await turnstile.enter()
        defer { turnstile.leave() }
        guard !Task.isCancelled, record?.phase == .dumping(relocation) else { return }
        await settleDump(for: relocation, isWanted: false)
    }

    /// Has the daemon dump a container. A health check that runs just then has entered it and makes the dump fail: it is
    /// over in a moment.
    func dump(_ container: ContainerDetails, into directory: DumpDirectory, exit: Bool) async throws(StepFailure) {
        let hasChecks = container.state.health != nil
        for _ in 0..<(hasChecks ? 5 : 0) {
            do {
                return try await dumpOnce(container.id, into: directory, exit: exit)
            } catch {
                guard error.code == .dumpRefused, try await look(at: container.id)?.state.isRunning == true else {
                    throw error
                }
                try directory.create()
                try? await Task.sleep(for: .milliseconds(200))
            }
        }
        try await dumpOnce(container.id, into: directory, exit: exit)
    }

    private func dumpOnce(_ container: String, into directory: DumpDirectory, exit: Bool) async throws(StepFailure) {
        do {
            try await engine.createCheckpoint(
                container, id: DockerTools.checkpoint, directory: directory.path, exit: exit)
        } catch .refused(_, let message) where message.contains("invalid task checkpoint option") {
            throw StepFailure(
                code: .dumpRefused,
                message:
                    "Docker was restarted since it began, and this version of Docker can dump only what it has started "
                    + "itself: start it anew", toolMessage: message)
        } catch .refused(let status, let message) {
            guard message.contains("criu") else {
                throw StepFailure("dump container '\(stay.container)'", .refused(status: status, message: message))
            }
            throw CriuLog(namedIn: message).failure(.dumpRefused, firstError: message)
        } catch {
            throw StepFailure("dump container '\(stay.container)'", error)
        }
    }

    /// The processes have ended and are written down: adds what they wrote to their files, and says that all is there.
    /// - Parameter takesVolumes: whether what is in its volumes is to go with it.
    func complete(
        _ dump: DumpDirectory, of found: ContainerDetails, takesVolumes: Bool = true
    ) throws(StepFailure) {
        if try dump.manifest() != nil { return }
        var hasLayer = false
        if let upper = found.upperDirectory, !FileTree.names(in: upper).isEmpty {
            hasLayer = true
            do {
                _ = try LayerArchive.pack(directory: upper, to: dump.layer)
            } catch {
                throw StepFailure(
                    code: .dumpRefused, message: "the container's files cannot be written down",
                    toolMessage: "\(error)")
            }
        }
        if takesVolumes { try tools.volumes.pack(found.mounts, into: dump) }
        if !found.logPath.isEmpty, let log = try? FileBytes.read(found.logPath) {
            try FileBytes.replace(dump.dockerLog, with: log)
        }
        try dump.complete(DumpDirectory.Manifest(container: stay.container, outputPipe: 0, hasLayer: hasLayer))
    }
}

extension DumpDirectory {
    /// The checkpoint as the daemon wrote it.
    var dockerCheckpoint: String { "\(path)/\(DockerTools.checkpoint)" }
    /// What `docker logs` shows.
    var dockerLog: String { path + "/docker.log" }
    /// Whether CRIU has come to its end: the inventory is what it writes last.
    var hasImages: Bool { FileTree.exists(dockerCheckpoint + "/inventory.img") }
    /// Removes all that is not the processes' own.
    func removeFiles() {
        for name in FileTree.names(in: path) where name != DockerTools.checkpoint {
            try? FileTree.remove("\(path)/\(name)")
        }
    }
    /// All of it, in bytes.
    var size: Int { bytes + FileTree.bytes(in: dockerCheckpoint) }
}

extension CriuLog {
    /// The log that a message of the daemon names: `… log file: /run/…/criu-dump.log: unknown`.
    init(namedIn message: String) {
        let words = message.split(separator: " ")
        let index = words.firstIndex { $0.hasPrefix("/") && $0.contains(".log") }
        let path = index.map { String(words[$0].prefix { $0 != ":" && $0 != "\n" }) } ?? ""
        self.init(text: String(decoding: (try? FileBytes.read(path)) ?? [], as: UTF8.self))
    }
}
