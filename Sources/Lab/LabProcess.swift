/// A process that a lab keeps running.
public struct LabProcess: Codable, Sendable, Hashable {
    /// Its name, also of its log.
    public var name: String
    /// The program; `nil` for the lab's own.
    public var program: String?
    /// The program's arguments.
    public var arguments: [String]
    /// The file of the network namespace that it runs in; `nil` for the machine's own.
    public var networkNamespace: String?
    /// The file of the mount namespace that it runs in; `nil` for the machine's own.
    public var mountNamespace: String?
    /// A file that must be there before it is started, such as a token that another process writes.
    public var requiredFile: String?

    /// A process.
    public init(
        name: String, program: String? = nil, arguments: [String], networkNamespace: String? = nil,
        mountNamespace: String? = nil, requiredFile: String? = nil
    ) {
        self.name = name
        self.program = program
        self.arguments = arguments
        self.networkNamespace = networkNamespace
        self.mountNamespace = mountNamespace
        self.requiredFile = requiredFile
    }
}

extension LabPlan {
    /// The processes of the lab in the order in which they are started: control plane, gateway, Docker's daemons, hosts,
    /// and what else listens on the hosts.
    public var processes: [LabProcess] {
        switch kind {
        case .real:
            [controlPlane, gateway] + (runtime == .docker ? hostNames.indices.flatMap(daemons) : [])
                + hostNames.indices.map(host) + (differ ? hostNames.indices.map(service) : [])
        case .simulated: [controlPlane, gateway] + hostNames.indices.map(simulatedHost)
        }
    }

    private var agentListener: String {
        kind == .real ? "\(gatewayAddress):\(agentPort)" : "127.0.0.1:\(agentPort)"
    }

    private var controlPlane: LabProcess {
        var arguments = [
            "serve", "--listen", "http://127.0.0.1:\(port)", "--tls", "--agent-listen", agentListener,
            "--state", location.controlPlane, "--shared", location.shared,
            "--virtual-network", "\(networks.virtual)", "--container-network", "\(networks.containers)",
        ]
        if kind == .real { arguments += ["--agent-namespace", location.networkNamespace("gateway")] }
        return LabProcess(name: "control-plane", arguments: arguments)
    }

    private var gateway: LabProcess {
        var arguments = agentArguments(name: "gateway", role: "gateway", address: "\(gatewayAddress)")
        arguments += [
            "--virtual-network", "\(networks.virtual)", "--container-network", "\(networks.containers)",
        ]
        guard kind == .real else {
            return LabProcess(
                name: "gateway", arguments: arguments + ["--runtime", "simulated"], requiredFile: location.tokenFile)
        }
        return LabProcess(
            name: "gateway", arguments: arguments + ["--outside-interface", LabWiring.outsideInterface],
            networkNamespace: location.networkNamespace("gateway"), requiredFile: location.tokenFile)
    }

    private func host(_ index: Int) -> LabProcess {
        let name = hostNames[index]
        return LabProcess(
            name: name,
            arguments: agentArguments(name: name, role: "worker", address: "\(address(ofHost: index))") + [
                "--shared", location.shared, "--runtime", runtime.rawValue,
                "--cgroup", "\(location.controlGroup)/\(name)", "--container-network", "\(networks.containers)",
            ] + daemonArguments(name),
            networkNamespace: location.networkNamespace(name), mountNamespace: location.mountNamespace(of: name),
            requiredFile: runtime == .docker ? location.dockerSocket(of: name) : location.tokenFile)
    }

    private func daemonArguments(_ host: String) -> [String] {
        guard runtime == .docker else { return [] }
        return ["--docker", location.dockerSocket(of: host), "--containerd", location.containerdSocket(of: host)]
    }

    /// Daemons of the host's own, apart from each other as packages have them: containers outlive Docker's. It makes no
    /// bridge and no rules, since containers that move have the agent's network.
    private func daemons(_ index: Int) -> [LabProcess] {
        let name = hostNames[index]
        let state = location.state(of: name)
        let containerd = LabProcess(
            name: "\(name)-containerd", program: "containerd",
            arguments: [
                "--config", location.containerdSettings(of: name), "--root", "\(state)/containerd", "--state",
                "/run/containerd",
                "--address", location.containerdSocket(of: name),
            ],
            networkNamespace: location.networkNamespace(name), mountNamespace: location.mountNamespace(of: name),
            requiredFile: location.tokenFile)
        let docker = LabProcess(
            name: "\(name)-docker", program: "dockerd",
            arguments: [
                "--experimental", "--containerd", location.containerdSocket(of: name), "--data-root", "\(state)/docker",
                "--exec-root", "/run/docker",
                "--pidfile=", "--host", "unix://\(location.dockerSocket(of: name))",
                "--bridge", "none", "--iptables=false", "--ip6tables=false", "--exec-opt",
                "native.cgroupdriver=cgroupfs", "--cgroup-parent", "/\(location.controlGroup)/\(name)",
                "--live-restore",
            ],
            networkNamespace: location.networkNamespace(name), mountNamespace: location.mountNamespace(of: name),
            requiredFile: location.containerdSocket(of: name))
        return [containerd, docker]
    }

    private func service(_ index: Int) -> LabProcess {
        let name = hostNames[index]
        let difference = LabDifference(ofHost: index)
        return LabProcess(
            name: "\(name)-service", program: "\(location.differences(of: name))/\(difference.service)",
            arguments: [
                "lab", "service", "--name", difference.service, "--address", "\(address(ofHost: index))", "--port",
                "\(difference.port)",
            ],
            networkNamespace: location.networkNamespace(name), mountNamespace: location.mountNamespace(of: name))
    }

    private func simulatedHost(_ index: Int) -> LabProcess {
        let name = hostNames[index]
        return LabProcess(
            name: name,
            arguments: agentArguments(name: name, role: "worker", address: "\(address(ofHost: index))") + [
                "--shared", location.shared, "--runtime", "simulated",
            ],
            requiredFile: location.tokenFile)
    }

    private func agentArguments(name: String, role: String, address: String) -> [String] {
        [
            "agent", "--name", name, "--role", role, "--control-plane", "https://\(agentListener)",
            "--ca", location.authorityFile, "--token-file", location.tokenFile, "--address", address, "--state",
            location.state(of: name),
        ]
    }
}
