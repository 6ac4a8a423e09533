import FleetModel

/// What runc is told about a container: `config.json` of the OCI runtime specification, as much of it as is used.
///
/// A file system of its own costs time in every restore (a tmpfs 10 ms, since CRIU calls `tar` for it), so there are
/// two: the root, and a read-only /proc. Read-only because a tenant's root user may be the host's: what lies below
/// /proc/sys, and /proc/sysrq-trigger, would be his to write. /dev is part of the root, where images or runc have the
/// usual nodes.
struct BundleConfiguration: Encodable, Sendable {
    let ociVersion = "1.0.2"
    let hostname: String
    let root: Root
    let process: Process
    let mounts: [Mount]
    let linux: Linux

    struct Root: Encodable, Sendable {
        let path: String
        let readonly = false
    }

    struct Process: Encodable, Sendable {
        let terminal = false
        let user: ImageUser
        let args: [String]
        let env: [String]
        let cwd: String
        let capabilities: Capabilities
        let rlimits: [Limit]
        let noNewPrivileges = true
        /// Not the agent's, which may be protected when memory is short.
        let oomScoreAdj = 0
    }

    struct Capabilities: Encodable, Sendable {
        let bounding: [String]
        let effective: [String]
        let permitted: [String]
    }

    struct Limit: Encodable, Sendable {
        let type: String
        let soft: UInt64
        let hard: UInt64
    }

    struct Mount: Encodable, Sendable {
        let destination: String
        let type: String
        let source: String
        let options: [String]
    }

    struct Linux: Encodable, Sendable {
        let namespaces: [Namespace]
        let uidMappings: [Mapping]?
        let gidMappings: [Mapping]?
        let cgroupsPath: String
        let resources: Resources
        let seccomp: SeccompProfile?
        let maskedPaths: [String]
    }

    struct Mapping: Encodable, Sendable {
        let containerID: UInt32
        let hostID: UInt32
        let size: UInt32
    }

    /// Who the container's users are on the host, where they are not the host's own.
    struct Users: Sendable {
        /// Their ids.
        let range: IDRange
        /// The file of their user namespace.
        let namespace: String
    }

    struct Namespace: Encodable, Sendable {
        let type: String
        var path: String?
    }

    struct Resources: Encodable, Sendable {
        let devices: [Device]
        let memory: Memory
        let cpu: CPU
        let pids: PIDs

        struct Device: Encodable, Sendable {
            let allow: Bool
            var type: String?
            var major: Int?
            var minor: Int?
            let access: String
        }
        struct Memory: Encodable, Sendable { let limit: Int }
        struct CPU: Encodable, Sendable {
            let quota: Int
            let period: Int
        }
        struct PIDs: Encodable, Sendable { let limit: Int }
    }
}

extension BundleConfiguration {
    /// The configuration of a container.
    /// - Throws: `StepFailure` with `invalidOrder` when neither specification nor image say what to run.
    init(
        spec: ContainerSpec, image: ImageDefaults, user: ImageUser, rootFileSystem: String,
        namespace: NetworkNamespace, controlGroup: String, users: Users?
    ) throws(StepFailure) {
        let command = spec.command.isEmpty ? image.command : spec.command
        guard !command.isEmpty else {
            throw StepFailure(
                code: .invalidOrder, message: "image '\(spec.image)' names no command, so the container needs one")
        }
        var environment = ["PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
        environment["HOSTNAME"] = spec.name.text
        environment.merge(image.environment) { _, image in image }
        environment.merge(spec.environment) { _, asked in asked }
        // A user other than root begins without capabilities, as everywhere.
        let all = ContainerPrivileges.capabilities(of: spec)
        let held = user.uid == 0 ? all : []
        let period = 100_000

        hostname = spec.name.text
        root = Root(path: rootFileSystem)
        process = Process(
            user: user, args: command, env: environment.map { "\($0.key)=\($0.value)" }.sorted(),
            cwd: image.workingDirectory.isEmpty ? "/" : image.workingDirectory,
            capabilities: Capabilities(
                bounding: all, effective: held, permitted: held),
            rlimits: [
                Limit(
                    type: "RLIMIT_NOFILE", soft: ContainerPrivileges.openFiles, hard: ContainerPrivileges.openFiles)
            ])
        mounts =
            [Mount(destination: "/proc", type: "proc", source: "proc", options: ["nosuid", "nodev", "noexec", "ro"])]
            + (users == nil ? [] : [FirstMounts.mount(of: rootFileSystem)])
        let mappings = users.map { [Mapping(containerID: 0, hostID: $0.range.base, size: IDRange.count)] }
        linux = Linux(
            namespaces: [
                Namespace(type: "pid"), Namespace(type: "ipc"), Namespace(type: "uts"), Namespace(type: "mount"),
                Namespace(type: "network", path: namespace.path),
            ] + (users.map { [Namespace(type: "user", path: $0.namespace)] } ?? []),
            uidMappings: mappings, gidMappings: mappings,
            cgroupsPath: "/" + controlGroup,
            resources: Resources(
                devices: [Resources.Device(allow: false, access: "rwm")]
                    + DeviceRule.allowed.map {
                        Resources.Device(
                            allow: true, type: $0.type, major: $0.major, minor: $0.minor, access: $0.access)
                    },
                memory: .init(limit: spec.limits.memoryBytes),
                cpu: .init(quota: max(1000, Int(spec.limits.cpus * Double(period))), period: period),
                pids: .init(limit: spec.limits.processes)),
            // runc would cover them with the host's own /dev/null: see `FirstMounts`.
            seccomp: ContainerPrivileges.seccomp, maskedPaths: users == nil ? ContainerPrivileges.maskedFiles : [])
    }
}
