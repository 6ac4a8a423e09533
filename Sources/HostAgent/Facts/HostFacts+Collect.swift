import FleetModel
import Glibc
import Subprocess

extension HostFacts {
    /// Finds out about this machine, without its profile: that is for `HostSurvey`.
    /// - Parameters:
    ///   - runtimes: the runtimes the agent was started with.
    ///   - criu: the path or name of CRIU.
    ///   - runc: the path or name of runc.
    ///   - docker: the socket of the Docker daemon.
    public static func collect(
        runtimes: [RuntimeKind], criu: String, runc: String, docker: String
    ) async -> HostFacts {
        let name = SystemName.current
        let files = FactFiles()
        let processor = files.text("/proc/cpuinfo").map(ProcessorDescription.init)
        let release = files.text("/etc/os-release").map(OSRelease.init)
        let needsTools = runtimes.contains { $0 != .simulated }
        let criuVersion = needsTools ? await toolVersion(criu, prefix: "Version:") : nil
        let runcVersion = needsTools ? await toolVersion(runc, prefix: "runc version") : nil
        var problems: [String] = []
        if needsTools, criuVersion == nil {
            problems.append("'\(criu)' does not run: install CRIU 4.2 or newer (scripts/bootstrap does it)")
        }
        if needsTools, runcVersion == nil {
            problems.append("'\(runc)' does not run: install the package runc")
        }
        if runtimes.contains(.docker) { problems += await DockerDoctor(socket: docker).problems() }
        return HostFacts(
            kernel: name.release, distribution: release?.values["PRETTY_NAME"] ?? "unknown",
            architecture: name.machine, cpuModel: processor?.modelName ?? "unknown",
            cpuCount: sysconf(Int32(_SC_NPROCESSORS_ONLN)),
            memoryBytes: sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE)),
            cgroupVersion: access("/sys/fs/cgroup/cgroup.controllers", F_OK) == 0 ? 2 : 1,
            criuVersion: criuVersion, runcVersion: runcVersion, addresses: interfaceAddresses(), runtimes: runtimes,
            problems: problems, agentVersion: RelocateVersion.current,
            processorFeatures: processor?.features ?? [])
    }

    private static func toolVersion(_ tool: String, prefix: String) async -> String? {
        let executable: Executable = tool.contains("/") ? .path(.init(tool)) : .name(tool)
        let result = try? await run(
            executable, arguments: ["--version"], output: .string(limit: 4096), error: .discarded)
        guard let result, result.terminationStatus.isSuccess else { return nil }
        let text = result.standardOutput
        let line = text.split(separator: "\n").first { $0.hasPrefix(prefix) } ?? text.split(separator: "\n").first
        return line.map { $0.dropFirst($0.hasPrefix(prefix) ? prefix.count : 0).trimmingPrefix(" ") }.map(String.init)
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
