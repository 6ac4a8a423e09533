import DockerEngine
import FleetModel

/// Why a container that people started cannot be taken over, found out before anyone tries.
struct AdoptionObstacles {
    /// What else is on the host.
    struct World {
        /// The storage that all hosts share.
        var sharedDirectory: String
        /// The daemon's storage driver.
        var storageDriver: String
        /// All containers of the daemon, that in question among them.
        var containers: [ContainerDetails]
    }

    private let world: World

    init(_ world: World) { self.world = world }

    /// Everything that is in the way, each in words; empty when it can be adopted.
    func obstacles(to container: ContainerDetails) -> [String] {
        guard container.state.isRunning, !container.state.isPaused else { return ["it does not run"] }
        return identity(container) + network(container) + privileges(container) + mounts(container)
    }

    private func identity(_ container: ContainerDetails) -> [String] {
        let host = container.hostConfiguration
        var found: [String] = []
        if world.storageDriver != "overlay2" {
            found.append("Docker's storage driver is '\(world.storageDriver)'; files can follow with overlay2")
        }
        if container.hasTerminal { found.append("it has a terminal (--tty)") }
        if container.configuration["OpenStdin"]?.bool == true {
            found.append("its input is held open (--interactive)")
        }
        if host["AutoRemove"]?.bool == true { found.append("Docker removes it when it ends (--rm)") }
        if let runtime = host["Runtime"]?.string, !["", "runc"].contains(runtime) {
            found.append("its runtime is '\(runtime)'; runc's containers can move")
        }
        return found
    }

    private func network(_ container: ContainerDetails) -> [String] {
        let host = container.hostConfiguration
        var found: [String] = []
        switch container.networkMode {
        case "none", "default", "bridge", "": break
        case "host": found.append("it uses the host's network (--network host)")
        case let mode where mode.hasPrefix("container:"):
            found.append("it uses the network of another container")
        case let mode: found.append("it is in network '\(mode)', where others know it by its name")
        }
        let published = (host["PortBindings"]?.object ?? [:]).keys.sorted()
        if !published.isEmpty || host["PublishAllPorts"]?.bool == true {
            let list = published.isEmpty ? "its ports" : published.joined(separator: ", ")
            found.append(
                "Docker publishes \(list) on the host's address, which does not move: start it without --publish, "
                    + "and name the ports when it is adopted")
        }
        let guests = world.containers.filter { $0.networkMode == "container:\(container.id)" }.map(\.name)
        if !guests.isEmpty { found.append("it shares its network with \(guests.sorted().joined(separator: ", "))") }
        for (mode, word) in [("PidMode", "processes"), ("IpcMode", "shared memory"), ("UTSMode", "host name")] {
            let value = host[mode]?.string ?? ""
            if value == "host" || value.hasPrefix("container:") { found.append("it shares \(word) (\(value))") }
        }
        return found
    }

    private func privileges(_ container: ContainerDetails) -> [String] {
        let host = container.hostConfiguration
        var found: [String] = []
        if host["Privileged"]?.bool == true { found.append("it is privileged") }
        let devices = (host["Devices"]?.array ?? []).compactMap { $0["PathOnHost"]?.string }
        if !devices.isEmpty { found.append("it has devices: \(devices.joined(separator: ", "))") }
        if !(host["DeviceRequests"]?.array ?? []).isEmpty { found.append("it has asked for devices (--gpus)") }
        if let namespace = host["UsernsMode"]?.string, !["", "host"].contains(namespace) {
            found.append("it has a user namespace")
        }
        if !(host["VolumesFrom"]?.array ?? []).isEmpty { found.append("it uses another container's volumes") }
        return found
    }

    private func mounts(_ container: ContainerDetails) -> [String] {
        container.mounts.compactMap { mount in
            switch mount.kind {
            case "tmpfs": return nil
            case "bind":
                let isShared =
                    mount.source == world.sharedDirectory || mount.source.hasPrefix(world.sharedDirectory + "/")
                return isShared ? nil : "it sees the host's \(mount.source), which is not on the shared storage"
            case "volume":
                let others = world.containers.filter { other in
                    other.id != container.id && other.mounts.contains { $0.volume == mount.volume }
                }.map(\.name)
                return others.isEmpty
                    ? nil : "it shares volume '\(mount.volume ?? "")' with \(others.sorted().joined(separator: ", "))"
            default: return "it has a mount of the kind '\(mount.kind)'"
            }
        }
    }
}
