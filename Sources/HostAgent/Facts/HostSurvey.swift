import FleetModel
import Glibc
import SystemSupport

/// Finds out the host's profile: what attacks on it may depend on.
///
/// A fact that cannot be read is absent and never guessed, so that what is not known does not make hosts look
/// different. What the kernel tells is read on threads of their own; the few programs that are asked run as children.
/// What seldom changes is asked once: a program's version and package while its file stays the same.
public actor HostSurvey {
    /// What is looked at.
    public struct Configuration: Sendable {
        /// The address at which other hosts reach this one.
        public var address: IPv4Address
        /// The path or name of CRIU.
        public var criu: String
        /// The path or name of runc.
        public var runc: String
        /// The host's own network namespace; `nil` for that of the process.
        public var namespace: NetworkNamespace?
        /// What is put before the paths of files; for tests.
        public var root = ""
        /// How old a process must be to count as a daemon, in whole seconds. Jobs that a timer starts are soon gone.
        public var daemonAge = Duration.seconds(60)

        /// What is looked at.
        public init(address: IPv4Address, criu: String, runc: String, namespace: NetworkNamespace? = nil) {
            self.address = address
            self.criu = criu
            self.runc = runc
            self.namespace = namespace
        }
    }

    private let configuration: Configuration
    private let files: FactFiles
    private var runtimes: RuntimeVersions
    private var packages: PackageDatabase
    /// Asked once: a machine does not change its kind while it runs.
    private var virtualization: AttributeValue??

    /// A survey of a host. Keep it: the second look is cheaper.
    public init(_ configuration: Configuration) {
        self.configuration = configuration
        files = FactFiles(root: configuration.root)
        runtimes = RuntimeVersions(tools: [
            "criu": configuration.criu, "runc": configuration.runc, "docker": "docker", "containerd": "containerd",
        ])
        packages = PackageDatabase(files: files)
    }

    /// The host's profile now.
    public func profile() async -> HostProfile {
        HostProfile(
            configuration: await configurationFacts(), network: await networkFacts(), services: await serviceFacts())
    }

    private func configurationFacts() async -> [String: AttributeValue] {
        let files = files
        var facts = await onOwnThread { () -> [String: AttributeValue] in
            var facts: [String: AttributeValue] = [:]
            facts[AttributeName.kernel] = .text(SystemName.current.release)
            facts[AttributeName.distribution] = files.text("/etc/os-release").flatMap { OSRelease($0).attribute }
            facts[AttributeName.libc] = CLibrary.attribute(files)
            facts[AttributeName.processor] = Self.processor(files)?.attribute
            facts[AttributeName.mitigations] = Mitigations.attribute(files)
            facts[AttributeName.securityModules] = files.line("/sys/kernel/security/lsm").map { line in
                .list(line.split(separator: ",").map(String.init).sorted())
            }
            facts[AttributeName.cgroup] = Self.controlGroups(files)
            return facts
        }
        if virtualization == nil {
            virtualization = .some(await Virtualization.attribute(files, processor: Self.processor(files)))
        }
        facts[AttributeName.virtualization] = virtualization ?? nil
        // Across the wait it is a copy: an actor that is entered again meanwhile only asks once more.
        var runtimes = runtimes
        facts[AttributeName.runtimes] = await runtimes.attribute()
        self.runtimes = runtimes
        return facts
    }

    private func networkFacts() async -> [String: AttributeValue] {
        let address = configuration.address
        let facts = try? await withNetworkNamespace(configuration.namespace) {
            () throws(NetlinkError) -> [String: AttributeValue] in
            var facts: [String: AttributeValue] = [:]
            guard let addresses = HostInterfaces.addresses() else { return facts }
            facts[AttributeName.subnets] = HostInterfaces.subnets(addresses)
            facts[AttributeName.driver] = addresses.first { $0.address == address }
                .flatMap { InterfaceDriver.attribute(of: $0.interface) }
            return facts
        }
        var all = facts ?? [:]
        all[AttributeName.mode] = .text("routed /32")
        all[AttributeName.firewall] = await HostFirewall(namespace: configuration.namespace).rules()?.attribute
        return all
    }

    private func serviceFacts() async -> [String: AttributeValue] {
        let services = HostServices(
            files: files, namespace: configuration.namespace, daemonAge: configuration.daemonAge)
        guard let sighting = await services.look() else { return [:] }
        var facts: [String: AttributeValue] = [:]
        facts[AttributeName.daemons] = services.daemons(sighting)
        var packages = packages
        facts[AttributeName.listening] = await services.listening(sighting, packages: &packages)
        self.packages = packages
        return facts
    }

    private static func processor(_ files: FactFiles) -> ProcessorDescription? {
        files.text("/proc/cpuinfo").map(ProcessorDescription.init)
    }

    private static func controlGroups(_ files: FactFiles) -> AttributeValue? {
        if files.exists("/sys/fs/cgroup/cgroup.controllers") { return .text("2") }
        return files.names(in: "/sys/fs/cgroup").isEmpty ? nil : .text("1")
    }
}
