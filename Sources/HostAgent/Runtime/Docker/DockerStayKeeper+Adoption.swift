import DockerEngine
import FleetModel

extension DockerStayKeeper {
    /// See `AdoptingRuntime.adopt`: the container is dumped and goes on in the sandbox, on the same host.
    func adopt(_ original: String, as spec: ContainerSpec) async throws(StepFailure) {
        await turnstile.enter()
        defer { turnstile.leave() }
        if let record, record.spec == spec, record.phase == .running { return }
        guard let record, record.phase == .opened else { throw notHere }
        do throws(StepFailure) {
            guard let details = try await look(at: original) else {
                throw StepFailure(code: .notHere, message: "there is no container '\(original)' on the host")
            }
            try await tools.adoption.refuseObstacles(to: details)
            try await create(
                spec, name: "\(stay)", in: record, next: .adopting(details.id), hasVolumes: true)
            try await takeOver(details)
        } catch {
            try? await clear()
            throw error
        }
    }

    private func takeOver(_ original: ContainerDetails) async throws(StepFailure) {
        let (_, container) = try created()
        let dump = tools.adoption(of: stay)
        try dump.create(by: tools.maker(stay))
        defer { try? dump.remove() }
        do throws(StepFailure) {
            try await forbidRestarts(of: original.id)
            try await self.dump(original, into: dump, exit: true, patience: Self.longPatience(with: original))
            try await complete(dump, of: original, takesVolumes: false)
            try await bringFiles(of: dump, try dump.manifest(of: stay.container), to: container)
            try CheckpointNamespace(directory: dump.dockerCheckpoint).giveKey()
            try await raise(container, from: dump)
        } catch {
            await giveBack(original.id)
            throw error
        }
        try note(.running)
        // Its volumes are the other's now.
        try? await engine.remove(original.id, force: true, volumes: false)
        await rename(container, to: stay.container.text)
        await allowRestarts()
    }

    /// Lets a container that people started go on as it was; without its memory, if there is no other way.
    func giveBack(_ original: String) async {
        guard let details = try? await look(at: original) else { return }
        let isEnded = (try? await hasEnded(original)) ?? !details.state.isRunning
        if isEnded {
            if let container = record?.container { try? await engine.kill(container, signal: "KILL") }
            let dump = tools.adoption(of: stay)
            try? CheckpointNamespace(directory: dump.dockerCheckpoint).takeKey()
            if (try? await raise(original, from: dump)) == nil { _ = try? await engine.start(original) }
            try? dump.remove()
        }
        if let spec = record?.spec, let policy = DockerContainerBody.restartPolicy(of: spec) {
            _ = try? await engine.update(original, restartPolicy: policy)
        }
    }
}
