import DockerEngine
import FleetModel

/// The volumes of a container: they go with it, as its other files do.
struct DockerVolumes: Sendable {
    let engine: DockerEngine

    /// Makes the volumes that a container will ask for by name, as its own.
    /// - Throws: `StepFailure` when the host has one of that name that is not the container's.
    func make(for body: JSON, of container: ContainerName) async throws(StepFailure) {
        for name in Self.names(in: body) {
            let present: DockerVolume?
            do throws(DockerError) {
                present = try await engine.volume(name)
            } catch .notFound {
                present = nil
            } catch {
                throw StepFailure("look for volume '\(name)'", error)
            }
            if let present {
                guard present.labels[DockerContainerBody.containerLabel] == container.text else {
                    throw StepFailure(
                        code: .runtimeFailed,
                        message: "the host has a volume '\(name)' already, which is not container '\(container)''s")
                }
                continue
            }
            let labels = [DockerContainerBody.containerLabel: container.text]
            _ = try await docker("make volume '\(name)'") { () async throws(DockerError) in
                try await engine.createVolume(name, labels: labels)
            }
        }
    }

    /// Writes down what is in the volumes of a container that does not run.
    func pack(_ mounts: [ContainerMount], into dump: DumpDirectory) throws(StepFailure) {
        for (number, mount) in Self.volumes(mounts).enumerated() {
            try dump.volume(number, of: mount).pack(mount.source)
        }
    }

    /// Fills the volumes of a container that has not run yet.
    func unpack(_ mounts: [ContainerMount], from dump: DumpDirectory) throws(StepFailure) {
        for (number, mount) in Self.volumes(mounts).enumerated() {
            let archive = dump.volume(number, of: mount)
            guard archive.exists else { continue }
            for name in FileTree.names(in: mount.source) { try FileTree.remove("\(mount.source)/\(name)") }
            try archive.unpack(into: mount.source)
        }
    }

    /// Removes the volumes of a container that has gone to another host.
    func remove(_ mounts: [ContainerMount]) async {
        for mount in Self.volumes(mounts) { try? await engine.removeVolume(mount.volume ?? "") }
    }

    /// In the order of the places where they are mounted, which are the same on every host.
    private static func volumes(_ mounts: [ContainerMount]) -> [ContainerMount] {
        mounts.filter { $0.kind == "volume" && $0.volume != nil }.sorted { $0.destination < $1.destination }
    }

    /// The volumes that a container's description names.
    static func names(in body: JSON) -> [String] {
        let binds = (body["HostConfig"]?["Binds"]?.array ?? []).compactMap(\.string).compactMap { bind in
            bind.hasPrefix("/") ? nil : bind.split(separator: ":").first.map(String.init)
        }
        let mounts = (body["HostConfig"]?["Mounts"]?.array ?? []).compactMap { mount in
            mount["Type"]?.string == "volume" ? mount["Source"]?.string : nil
        }
        return Set(binds + mounts).sorted()
    }
}

extension DumpDirectory {
    /// What was in a volume.
    fileprivate func volume(_ number: Int, of mount: ContainerMount) -> FileArchive {
        FileArchive(path: "\(path)/volume-\(number).tar", of: "volume '\(mount.volume ?? "")'")
    }
}
