import FleetModel
import MovingTarget

/// The time at which the tests begin.
let epoch = Timestamp(milliseconds: 1_800_000_000_000)

/// How far counts are from all being equally likely: the chi-square statistic, with one degree of freedom less than
/// there are counts. Its mean is the degrees of freedom, its variance twice that.
func chiSquare(_ counts: [Int]) -> Double {
    let expected = Double(counts.reduce(0, +)) / Double(counts.count)
    return counts.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
}

/// The mean of the chi-square statistic and five standard deviations: equally likely counts stay below it but for about
/// one seed in a hundred thousand.
func chiSquareLimit(_ cells: Int) -> Double {
    let freedom = Double(cells - 1)
    return freedom + 5 * (2 * freedom).squareRoot()
}

/// Values of the vocabulary with only what a test cares about.
enum Some {
    static func host(
        _ name: String, role: HostRole = .worker, state: HostState = .ready, architecture: String = "x86_64",
        runtimes: [RuntimeKind] = [.runc], criu: String? = "4.2.1", containers: Int = 10, memoryBytes: Int = 1 << 32
    ) throws -> Host {
        Host(
            name: try HostName(name), role: role, state: state, address: try IPv4Address("10.0.0.1"),
            facts: HostFacts(
                kernel: "6.18.0", distribution: "Debian 12", architecture: architecture, cpuModel: "cpu", cpuCount: 2,
                memoryBytes: 1 << 33, cgroupVersion: 2, criuVersion: criu, runcVersion: "1.1.5", addresses: [],
                runtimes: runtimes, problems: [], agentVersion: "1"),
            capacity: HostCapacity(containers: containers, memoryBytes: memoryBytes), enrolledAt: epoch,
            lastSeenAt: epoch)
    }

    static func spec(memoryBytes: Int = 256 << 20, runtime: RuntimeKind = .runc) throws -> ContainerSpec {
        ContainerSpec(
            name: try ContainerName("web"), tenant: try TenantName("shop"), image: "redis",
            digest: try ImageDigest("sha256:" + String(repeating: "ab", count: 32)),
            limits: ResourceLimits(memoryBytes: memoryBytes), runtime: runtime)
    }

    static func waiting(
        _ id: Int64, _ trigger: Trigger = .clock, tenant: String = "shop", source: String = "a",
        destination: String? = nil, deadline: Timestamp? = nil
    ) throws -> StartQueue.Waiting {
        StartQueue.Waiting(
            id: RelocationID(id), trigger: trigger, tenant: try TenantName(tenant), source: try HostName(source),
            destination: try destination.map { try HostName($0) }, deadline: deadline)
    }
}
