import FleetModel
import Glibc

extension HostFacts {
    /// Finds out about this machine, without its profile: that is for `HostSurvey`.
    /// - Parameter tools: what the agent moves containers with.
    public static func collect(_ tools: HostTools) async -> HostFacts {
        let name = SystemName.current
        let files = FactFiles()
        let processor = files.text("/proc/cpuinfo").map(ProcessorDescription.init)
        let release = files.text("/etc/os-release").map(OSRelease.init)
        let found = await tools.look()
        return HostFacts(
            kernel: name.release, distribution: release?.values["PRETTY_NAME"] ?? "unknown",
            architecture: name.machine, cpuModel: processor?.modelName ?? "unknown",
            cpuCount: sysconf(Int32(_SC_NPROCESSORS_ONLN)),
            memoryBytes: sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE)),
            cgroupVersion: access("/sys/fs/cgroup/cgroup.controllers", F_OK) == 0 ? 2 : 1,
            criuVersion: found.criuVersion, runcVersion: found.runcVersion, addresses: interfaceAddresses(),
            runtimes: tools.runtimes, problems: found.problems, agentVersion: RelocateVersion.current,
            processorFeatures: processor?.features ?? [])
    }

    private static func interfaceAddresses() -> [IPv4Address] {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&list) == 0 else { return [] }
        defer { freeifaddrs(list) }
        var addresses: [IPv4Address] = []
        var next = list
        while let entry = next?.pointee {
            next = entry.ifa_next
            guard let socketAddress = entry.ifa_addr, socketAddress.pointee.sa_family == AF_INET else { continue }
            let number = socketAddress.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                UInt32(bigEndian: $0.pointee.sin_addr.s_addr)
            }
            if number >> 24 != 127 { addresses.append(IPv4Address(number: number)) }
        }
        return addresses.sorted()
    }
}
