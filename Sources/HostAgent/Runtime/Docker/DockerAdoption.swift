import DockerEngine
import FleetModel
import ImageStore

/// Finds the containers that people started on a daemon by themselves with a tenant's label, and what they are.
struct DockerAdoption: Sendable {
    let engine: DockerEngine
    let images: DockerImages
    let sharedDirectory: String
    private let memory = AdoptionMemory()

    init(engine: DockerEngine, images: DockerImages, sharedDirectory: String) {
        self.engine = engine
        self.images = images
        self.sharedDirectory = sharedDirectory
    }

    /// The containers with a tenant's label that are not the fleet's; none when the daemon does not answer.
    func candidates() async -> [AdoptableContainer] {
        let label = AdoptableContainer.tenantLabel
        guard let list = try? await engine.list(all: true) else { return [] }
        let strangers = list.filter {
            $0.state == "running" && $0.labels[label] != nil && $0.labels[DockerContainerBody.stayLabel] == nil
        }
        guard !strangers.isEmpty else { return [] }
        let fleet = AdoptionMemory.Fleet(list)
        if let found = memory.found(in: fleet) { return found }
        guard let world = await world() else { return [] }
        var found: [AdoptableContainer] = []
        for stranger in strangers {
            // It may have ended meanwhile.
            guard let details = try? await engine.inspect(stranger.id) else { continue }
            found.append(
                AdoptableContainer(
                    id: details.id, name: details.name, tenant: details.labels[label] ?? "", image: details.image,
                    obstacles: AdoptionObstacles(world).obstacles(to: details)))
        }
        memory.keep(found, in: fleet)
        return found
    }

    /// See `AdoptingRuntime.examine`.
    func examine(_ container: String) async throws(StepFailure) -> AdoptionRecord {
        let details = try await docker("look at container \(container)", code: .notHere) {
            () async throws(DockerError) in try await engine.inspect(container)
        }
        try await refuseObstacles(to: details)
        guard let digest = try? ImageDigest(details.imageID) else {
            throw StepFailure(code: .imageMissing, message: "the image of '\(details.name)' has no digest")
        }
        try await images.bringIn(digest, named: details.image)
        let host = details.hostConfiguration
        var limits = ResourceLimits()
        if let memory = host["Memory"]?.integer, memory > 0 { limits.memoryBytes = Int(memory) }
        if let cpus = host["NanoCpus"]?.integer, cpus > 0 { limits.cpus = Double(cpus) / 1e9 }
        if let processes = host["PidsLimit"]?.integer, processes > 0 { limits.processes = Int(processes) }
        let words = ["Entrypoint", "Cmd"].flatMap { details.configuration[$0]?.array ?? [] }.compactMap(\.string)
        return AdoptionRecord(
            id: details.id, digest: digest, engineBody: try JSONValue(details.creationBody), command: words,
            limits: limits)
    }

    /// - Throws: `StepFailure` with `invalidOrder` that names everything that is in the way.
    func refuseObstacles(to details: ContainerDetails) async throws(StepFailure) {
        guard let world = await world() else {
            throw StepFailure(code: .runtimeFailed, message: "Docker does not say what else it carries")
        }
        let obstacles = AdoptionObstacles(world).obstacles(to: details)
        guard obstacles.isEmpty else {
            throw StepFailure(
                code: .invalidOrder,
                message: "container '\(details.name)' cannot be adopted: \(obstacles.joined(separator: "; "))")
        }
    }

    private func world() async -> AdoptionObstacles.World? {
        guard let info = try? await engine.info(), let all = try? await engine.list(all: true) else { return nil }
        var others: [ContainerDetails] = []
        for container in all {
            if let details = try? await engine.inspect(container.id) { others.append(details) }
        }
        return AdoptionObstacles.World(
            sharedDirectory: sharedDirectory, storageDriver: info.driver, containers: others)
    }
}

extension JSONValue {
    /// The same value.
    init(_ json: JSON) throws(StepFailure) {
        do {
            self = try FleetJSON.decode(JSONValue.self, from: Array(json.text.utf8))
        } catch {
            throw StepFailure(code: .internalError, message: "cannot keep what Docker says", toolMessage: "\(error)")
        }
    }
}

extension JSON {
    /// The same value.
    init(_ value: JSONValue) throws(StepFailure) {
        do {
            self = try JSON(parsing: try FleetJSON.encode(value))
        } catch {
            throw StepFailure(code: .internalError, message: "cannot tell Docker", toolMessage: "\(error)")
        }
    }
}
