import DockerEngine
import FleetModel
import Glibc

extension DockerStayKeeper {
    /// See `ContainerRuntime.prepare`.
    func prepare(_ spec: ContainerSpec) async throws(StepFailure) {
        await turnstile.enter()
        defer { turnstile.leave() }
        guard stay.arrival != nil else { throw StepFailure.noArrival }
        if let record, record.spec == spec {
            switch record.phase {
            case .prepared, .held, .running: return
            default: break
            }
        }
        guard let record, record.phase == .opened else { throw notHere }
        try await create(spec, name: "\(stay)", in: record, next: .prepared(lost: nil))
    }

    /// See `ContainerRuntime.restore`.
    func restore(lease: Duration) async throws(StepFailure) -> StepTimings {
        await turnstile.enter()
        defer { turnstile.leave() }
        guard let arrival = stay.arrival else { throw notHere }
        let (record, container) = try created()
        switch record.phase {
        case .held, .running: return [:]
        case .prepared: break
        default: throw notHere
        }
        var watch = Stopwatch()
        let dump = tools.dump(of: arrival)
        let manifest = try dump.manifest(of: stay.container)
        try await bringFiles(of: dump, manifest, to: container)
        var timings: StepTimings = [.root: watch.lap()]
        try await raise(container, from: dump, going: false)
        timings[.restore] = watch.lap()
        do {
            // Packets wait meanwhile, so what it does until then is heard by nobody.
            try await docker("hold container '\(stay.container)'", code: .restoreFailed) {
                () async throws(DockerError) in
                try await engine.pause(container)
            }
            try await giveTraits(to: container, from: dump, going: false)
            try note(.held)
        } catch {
            try? await engine.kill(container, signal: "KILL")
            throw error
        }
        timings[.hold] = watch.lap()
        self.lease = expiry(after: lease)
        return timings
    }

    /// See `ContainerRuntime.release`.
    func release() async throws(StepFailure) -> StepTimings {
        await turnstile.enter()
        defer { turnstile.leave() }
        let (record, container) = try created()
        switch record.phase {
        case .running:
            // An agent may have ended between writing it down and doing it.
            guard try await look(at: container)?.state.isPaused == true else { return [:] }
        case .prepared(let loss?): throw StepFailure(loss)
        case .held: break
        default: throw notHere
        }
        lease?.cancel()
        lease = nil
        var watch = Stopwatch()
        try note(.running)
        do {
            try await docker("release container '\(stay.container)'") { () async throws(DockerError) in
                try await engine.unpause(container)
            }
        } catch {
            try? await engine.kill(container, signal: "KILL")
            try note(.prepared(lost: .interrupted))
            throw error
        }
        let resume = watch.lap()
        let name = stay.container.text
        Task {
            await rename(container, to: name)
            await allowRestarts()
        }
        return [.resume: resume]
    }

    /// See `ContainerRuntime.revive`.
    func revive(from relocation: RelocationID) async throws(StepFailure) {
        await turnstile.enter()
        defer { turnstile.leave() }
        let (record, container) = try created()
        if record.phase == .running { return }
        guard record.phase == .dumped(relocation) else { throw notHere }
        let dump = tools.dump(of: relocation)
        _ = try dump.manifest(of: stay.container)
        try await raise(container, from: dump)
        try note(.running)
        await rename(container, to: stay.container.text)
        await allowRestarts()
    }

    // MARK: Steps

    /// Puts what the container wrote, and what it said, where its new daemon looks for it.
    func bringFiles(
        of dump: DumpDirectory, _ manifest: DumpDirectory.Manifest, to container: String
    ) async throws(StepFailure) {
        guard let found = try await look(at: container) else { throw notHere }
        if manifest.hasLayer {
            guard let upper = found.upperDirectory else {
                throw StepFailure(
                    code: .restoreFailed,
                    message: "Docker's storage driver has no writable layer of its own; overlay2 has")
            }
            try dump.layer.unpack(into: upper)
        }
        try tools.volumes.unpack(found.mounts, from: dump)
        try DockerLog(of: container, in: try directory(of: container)).copy(from: DockerLog(in: dump))
    }

    /// Restores the processes.
    /// - Parameter going: whether they are to run at once.
    func raise(_ container: String, from dump: DumpDirectory, going: Bool = true) async throws(StepFailure) {
        try await restart(container, from: dump)
        if going { try await giveTraits(to: container, from: dump, going: true) }
    }

    /// A daemon takes checkpoints only from a folder of its own, so that is made a link.
    private func restart(_ container: String, from dump: DumpDirectory) async throws(StepFailure) {
        let folder = try directory(of: container) + "/checkpoints"
        try FileTree.remove(folder)
        guard symlink(dump.path, folder) == 0 else { throw StepFailure("link \(folder)", errno: errno) }
        // The daemon hands a checkpoint on by its content, and refuses a second attempt at what it has just handed on. A file
        // that CRIU does not look at makes each attempt another content; it is empty, so that it can be made where the
        // storage is full.
        let attempt = String(UInt64.random(in: 0 ... .max), radix: 16)
        try FileBytes.overwrite("\(dump.dockerCheckpoint)/attempt-\(attempt)", with: [])
        do throws(DockerError) {
            let isNew = try await engine.start(container, checkpoint: DockerTools.checkpoint)
            guard isNew else { throw .conflict("the container runs already") }
        } catch .refused(_, let message) {
            throw CriuLog(namedIn: message).failure(.restoreFailed, firstError: message)
        } catch {
            throw StepFailure("restore container '\(stay.container)'", error, code: .restoreFailed)
        }
    }

    /// Where the daemon keeps what it knows of a container.
    private func directory(of container: String) throws(StepFailure) -> String {
        guard let root = record?.root else { throw notHere }
        return "\(root)/containers/\(container)"
    }

    // MARK: Lease

    /// See `StayKeeping.endLease`.
    func endLease() async {
        await turnstile.enter()
        defer { turnstile.leave() }
        guard !Task.isCancelled, let (record, container) = try? created(), record.phase == .held else { return }
        try? await engine.kill(container, signal: "KILL")
        try? note(.prepared(lost: .leaseExpired))
    }
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
