import DockerEngine
import FleetModel

/// What a daemon is told about a container: the body of `POST /containers/create`.
///
/// Privileges are those that runc's containers have; see `ContainerPrivileges`.
enum DockerContainerBody {
    /// The label with the number of the stay; whatever has it is ours.
    static let stayLabel = "relocate.stay"
    static let containerLabel = "relocate.container"
    static let tenantLabel = AdoptableContainer.tenantLabel
    static let sandboxLabel = "relocate.sandbox"

    /// A sandbox: a process that does nothing, in a network namespace of its own.
    static func sandbox(of stay: Stay, _ spec: ContainerSpec, image: String, controlGroupParent: String?) -> JSON {
        var host: [String: JSON] = [
            "NetworkMode": "none", "ReadonlyRootfs": true, "CapDrop": ["ALL"],
            // Its one process, and room for the threads of runc that start it.
            "SecurityOpt": ["no-new-privileges"], "PidsLimit": 32, "LogConfig": ["Type": "none"],
        ]
        if let controlGroupParent { host["CgroupParent"] = .string(controlGroupParent) }
        return [
            "Image": .string(image), "Cmd": ["/pause"], "Labels": [sandboxLabel: .string("\(stay)")],
            "Hostname": .string(spec.engineBody?["Hostname"]?.text ?? spec.name.text),
            "HostConfig": .object(host),
        ]
    }

    /// A tenant's container in the network namespace of a sandbox.
    /// - Throws: `StepFailure` with `invalidOrder` when neither specification nor image say what to run.
    static func container(
        _ spec: ContainerSpec, stay: Stay, image: String, defaults: ImageDefaults, sandbox: String,
        controlGroupParent: String?
    ) throws(StepFailure) -> JSON {
        let command = spec.command.isEmpty ? defaults.command : spec.command
        guard let program = command.first else {
            throw StepFailure(
                code: .invalidOrder, message: "image '\(spec.image)' names no command, so the container needs one")
        }
        if let body = spec.engineBody {
            return adopted(try JSON(body), spec, labels(of: spec, stay), image: image, sandbox: sandbox)
        }
        let environment = defaults.environment.merging(spec.environment) { _, asked in asked }
        return [
            "Image": .string(image), "Entrypoint": [.string(program)], "Cmd": strings(command.dropFirst()),
            "Env": strings(environment.map { "\($0.key)=\($0.value)" }.sorted()),
            "WorkingDir": .string(defaults.workingDirectory), "User": .string(defaults.user),
            "Labels": .object(labels(of: spec, stay)),
            "HostConfig": .object(
                host(spec, sandbox: sandbox, controlGroupParent: controlGroupParent)),
        ]
    }

    private static func labels(of spec: ContainerSpec, _ stay: Stay) -> [String: JSON] {
        [
            stayLabel: .string("\(stay)"), containerLabel: .string(spec.name.text),
            tenantLabel: .string(spec.tenant.text),
        ]
    }

    /// A container that was adopted: as it was made, but for the network, and for what would start it by itself. See
    /// `restartPolicy(of:)`.
    private static func adopted(
        _ original: JSON, _ spec: ContainerSpec, _ labels: [String: JSON], image: String, sandbox: String
    ) -> JSON {
        var body = original
        body["Image"] = .string(image)
        body["Labels"] = .object((original["Labels"]?.object ?? [:]).merging(labels) { _, ours in ours })
        // The sandbox's are what is seen.
        for field in ["Hostname", "Domainname", "MacAddress", "ExposedPorts", "NetworkingConfig"] { body[field] = nil }
        var host = original["HostConfig"] ?? [:]
        host["NetworkMode"] = .string("container:" + sandbox)
        host["RestartPolicy"] = ["Name": "no"]
        for field in ["PortBindings", "PublishAllPorts", "Links", "Dns", "DnsOptions", "DnsSearch", "ExtraHosts"] {
            host[field] = nil
        }
        body["HostConfig"] = host
        return body
    }

    /// When the daemon is to start a container again that has ended by itself. It is told only while the container runs
    /// here: a container that has left has ended too, and must not be started again.
    static func restartPolicy(of spec: ContainerSpec) -> RestartPolicy? {
        guard let policy = spec.engineBody?["HostConfig"]?["RestartPolicy"], let name = policy["Name"]?.text,
            !["", "no"].contains(name)
        else { return nil }
        return RestartPolicy(name: name, maximumRetries: policy["MaximumRetryCount"]?.whole ?? 0)
    }

    private static func host(
        _ spec: ContainerSpec, sandbox: String, controlGroupParent: String?
    ) -> [String: JSON] {
        let capabilities = ContainerPrivileges.capabilities(of: spec).map { String($0.dropFirst("CAP_".count)) }
        var options = ["no-new-privileges"]
        // The daemon takes the same form of filter as runc.
        if let text = try? FleetJSON.encode(ContainerPrivileges.seccomp) {
            options.append("seccomp=" + String(decoding: text, as: UTF8.self))
        }
        let limits = spec.limits
        let openFiles = JSON.integer(Int64(ContainerPrivileges.openFiles))
        var host: [String: JSON] = [
            "NetworkMode": .string("container:" + sandbox), "CapDrop": ["ALL"], "CapAdd": strings(capabilities),
            "SecurityOpt": strings(options), "Memory": .integer(Int64(limits.memoryBytes)),
            "MemorySwap": .integer(Int64(limits.memoryBytes)), "NanoCpus": .integer(Int64(limits.cpus * 1e9)),
            "PidsLimit": .integer(Int64(limits.processes)),
            "Ulimits": [["Name": "nofile", "Soft": openFiles, "Hard": openFiles]],
            "LogConfig": ["Type": "json-file", "Config": ["max-size": "1m", "max-file": "2"]],
        ]
        if let controlGroupParent { host["CgroupParent"] = .string(controlGroupParent) }
        return host
    }

    private static func strings(_ texts: some Sequence<String>) -> JSON { .array(texts.map { .string($0) }) }
}

extension JSONValue {
    /// The string, if this is one.
    fileprivate var text: String? { if case .string(let text) = self { text } else { nil } }

    /// The number, if this is a whole one.
    fileprivate var whole: Int? { if case .integer(let number) = self { Int(number) } else { nil } }
}
