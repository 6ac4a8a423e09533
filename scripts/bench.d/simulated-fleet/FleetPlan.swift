import FleetModel

/// Who there is in a simulated fleet, and where everything is at first. The same numbers always give the same fleet, so that the
/// program that fills the ledger and the one that plays the agents need not talk to each other.
struct FleetPlan: Sendable {
    /// How many hosts carry containers; there is a gateway beside them.
    let hosts: Int
    let containers: Int
    let tenants: Int
    let seed: UInt64

    /// From a command's options.
    init(_ options: Options) throws(UsageError) {
        hosts = try options.number("hosts", 1...100_000)
        containers = try options.number("containers", 1...4_000_000)
        tenants = try options.number("tenants", 1...100_000)
        seed = UInt64(try options.number("seed", 0...Int.max))
    }

    /// The gateway's number.
    var gateway: Int { hosts }

    func host(_ number: Int) throws -> HostName {
        try HostName(number == gateway ? "gateway" : "h" + Self.padded(number, 5))
    }

    func container(_ number: Int) throws -> ContainerName { try ContainerName("c" + Self.padded(number, 7)) }

    func tenant(_ number: Int) throws -> TenantName { try TenantName("t" + Self.padded(number, 5)) }

    /// The tenant of a container.
    func tenant(of container: Int) -> Int { Int(random(UInt64(container)) % UInt64(tenants)) }

    /// The containers that are on a host at first.
    func containers(on host: Int) -> StrideTo<Int> {
        host == gateway ? stride(from: 0, to: 0, by: 1) : stride(from: host, to: containers, by: hosts)
    }

    /// The host of a container at first.
    func host(of container: Int) -> Int { container % hosts }

    /// In 172.16.0.0/12.
    func address(ofHost host: Int) -> IPv4Address { IPv4Address(number: 0xAC10_0010 + UInt32(host)) }

    /// In 10.0.0.0/8, with room between them.
    func address(of container: Int) -> IPv4Address { IPv4Address(number: 0x0A00_0010 + 4 * UInt32(container)) }

    /// In 100.64.0.0/10.
    func virtualAddress(of container: Int) -> IPv4Address { IPv4Address(number: 0x6440_0001 + UInt32(container)) }

    /// What a host's agent proves with who it is.
    func credential(of host: HostName) -> String { "credential-of-\(host)" }

    /// How a host's agent introduces itself.
    func enrolment(of number: Int) throws -> Enrolment {
        let address = address(ofHost: number)
        let perHost = containers / hosts
        return Enrolment(
            host: try host(number), role: number == gateway ? .gateway : .worker, address: address,
            facts: HostFacts(
                kernel: "6.\(number % 10).0", distribution: "system \(number % 5)", architecture: "x86_64",
                cpuModel: "simulated", cpuCount: 64, memoryBytes: 1 << 40, cgroupVersion: 2, criuVersion: "4.2",
                runcVersion: "1.3.0", addresses: [address], runtimes: [.runc], problems: [],
                agentVersion: RelocateVersion.current, profile: profile(number % 50)),
            capacity: HostCapacity(containers: max(400, 4 * perHost), memoryBytes: 1 << 42))
    }

    /// Fifty kinds of hosts.
    private func profile(_ kind: Int) -> HostProfile {
        HostProfile(
            configuration: [
                "kernel": .text("6.\(kind % 10).0"), "distribution": .text("system \(kind % 5)"),
                "processor": .text("model \(kind % 3)"), "libc": .text("glibc 2.\(30 + kind % 7)"),
                "runtimes": .table(["runc": "1.\(kind % 3).0"]),
            ],
            network: ["subnets": .list(["10.\(kind).0.0/16"]), "zone": .text("zone \(kind % 9)")],
            services: ["listening": .table(["tcp/\(kind % 17)": "1"]), "daemons": .list(["daemon \(kind % 19)"])])
    }

    /// A number that looks random and depends on the seed (the finalizer of SplitMix64).
    private func random(_ number: UInt64) -> UInt64 {
        var mixed = seed &+ (number &+ 1) &* 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
