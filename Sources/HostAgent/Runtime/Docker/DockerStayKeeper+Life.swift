import DockerEngine
import FleetModel

extension DockerStayKeeper {
    /// See `ContainerRuntime.start`.
    func start(_ spec: ContainerSpec) async throws(StepFailure) {
        await turnstile.enter()
        defer { turnstile.leave() }
        if let record, record.spec == spec, record.phase == .running { return }
        guard let record, record.phase == .opened else { throw notHere }
        do {
            // Docker's names have two characters at least.
            let name = spec.name.text.count > 1 ? spec.name.text : "\(stay)"
            try await create(spec, name: name, in: record, next: .starting)
            let (_, container) = try created()
            _ = try await docker("start container '\(spec.name)'") { () async throws(DockerError) in
                try await engine.start(container)
            }
            try note(.running)
            await allowRestarts()
        } catch {
            try? await clear()
            throw error
        }
    }

    /// See `ContainerRuntime.stop`.
    func stop(gracePeriod: Duration) async throws(StepFailure) {
        await turnstile.enter()
        defer { turnstile.leave() }
        if let container = record?.container {
            let seconds = Int(gracePeriod.components.seconds)
            // What cannot be stopped is removed all the same.
            _ = try? await engine.stop(container, seconds: seconds)
        }
        try await clear()
    }

    /// See `ContainerRuntime.halt`.
    func halt(gracePeriod: Duration) async throws(StepFailure) {
        await turnstile.enter()
        defer { turnstile.leave() }
        let (_, container) = try created()
        _ = try await docker("stop container '\(stay.container)'") { () async throws(DockerError) in
            try await engine.stop(container, seconds: Int(gracePeriod.components.seconds))
        }
    }

    /// Creates the container, under a name that is free.
    /// - Parameter hasVolumes: whether the volumes that it names are its own already.
    func create(
        _ spec: ContainerSpec, name: String, in record: DockerStayRecord, next: DockerPhase, hasVolumes: Bool = false
    ) async throws(StepFailure) {
        let (image, defaults) = try await tools.images.provide(spec.digest)
        let body = try DockerContainerBody.container(
            spec, stay: stay, image: image, defaults: defaults, sandbox: record.sandbox,
            controlGroupParent: tools.configuration.controlGroupParent)
        if let left = try await look(at: name) {
            guard left.labels[DockerContainerBody.stayLabel] == "\(stay)" else {
                throw StepFailure(
                    code: .runtimeFailed,
                    message: "the host has a container '\(name)' already, which Relocate did not make; rename it")
            }
            try await discard(left.id)
        }
        let root = try await docker("ask for the daemon's folder") { () async throws(DockerError) in
            try await engine.info().rootDirectory
        }
        if !hasVolumes { try await tools.volumes.make(for: body, of: spec.name) }
        let identifier = try await docker("create container '\(name)'") { () async throws(DockerError) in
            try await engine.create(name: name, body: body).id
        }
        var record = record
        record.container = identifier
        record.root = root
        record.spec = spec
        record.phase = next
        do {
            try note(record)
        } catch {
            try? await discard(identifier)
            throw error
        }
    }

    /// Lets the daemon start the container again when it ends by itself, if it was made so.
    func allowRestarts() async {
        guard let record, let container = record.container, let spec = record.spec,
            let policy = DockerContainerBody.restartPolicy(of: spec)
        else { return }
        _ = try? await engine.update(container, restartPolicy: policy)
    }

    /// Keeps the daemon from starting a container again that is about to be ended.
    func forbidRestarts(of container: String) async throws(StepFailure) {
        guard let spec = record?.spec, DockerContainerBody.restartPolicy(of: spec) != nil else { return }
        _ = try await docker("change the restart policy of '\(stay.container)'") { () async throws(DockerError) in
            try await engine.update(container, restartPolicy: .no)
        }
    }

    /// Gives the container another name, where that is free: names are for people, nothing here depends on them.
    func rename(_ container: String, to name: String) async {
        try? await engine.rename(container, to: name)
    }
}
