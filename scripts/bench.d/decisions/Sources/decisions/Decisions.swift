import FleetModel
import Foundation
import MovingTarget

/// `decisions HOSTS CLASSES RULE SECONDS`: how many decisions a second one thread makes, printed as a number.
@main
enum Decisions {
    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 5, let count = Int(arguments[1]), let classes = Int(arguments[2]),
            let rule = DrawRule(rawValue: arguments[3]), let seconds = Double(arguments[4])
        else {
            FileHandle.standardError.write(Data("usage: decisions HOSTS CLASSES RULE SECONDS\n".utf8))
            exit(64)
        }
        let index = try fleet(count, classes)
        let tenants = try (0..<200).map { try TenantName("t\($0)") }
        let sources = try (0..<count).map { try HostName("h\($0)") }
        let policy = Policy(placement: PlacementRules(rule: rule))
        let now = Timestamp(milliseconds: 1_800_000_000_000)
        var generator = SystemRandomNumberGenerator()
        var decisions = 0
        var met = 0
        let clock = ContinuousClock()
        let start = clock.now
        while clock.now - start < .seconds(seconds) {
            for _ in 0..<100 {
                let source = sources[(decisions * 7919) % count]
                let request = PlacementRequest(
                    tenant: tenants[decisions % 200], memoryBytes: 256 << 20, runtime: .runc, source: source,
                    visits: [
                        Residence(
                            container: try ContainerName("c"), tenant: tenants[0], host: source,
                            arrivedAt: now.advanced(bySeconds: -300))
                    ], tenantSeconds: [tenants[(decisions + 1) % 200]: 100], expectedStaySeconds: 300, now: now)
                let outcome = Placement.decide(request, in: index, policy: policy, using: &generator)
                met += outcome.decision.chosen == nil ? 0 : 1
                decisions += 1
            }
        }
        guard met == decisions else { fatalError("\(decisions - met) decisions found no host") }
        print(Int((Double(decisions) / ((clock.now - start) / .seconds(1))).rounded()))
    }

    /// Hosts of so many configurations, with 0 to 20 containers of 200 tenants each.
    private static func fleet(_ count: Int, _ classes: Int) throws -> PlacementIndex {
        var index = PlacementIndex()
        var state: UInt64 = 1
        func number(_ limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % limit
        }
        for host in 0..<count {
            let kind = host % classes
            let profile = HostProfile(
                configuration: [
                    "kernel": .text("\(kind % 7).\(kind % 11).0"), "distribution": .text("os\(kind % 5) \(kind)"),
                    "processor": .text("v\(kind % 3) \(kind)"), "libc": .text("glibc \(kind % 4)"),
                    "mitigations": .list(["m\(kind % 13)", "n"]), "runtimes": .table(["runc": "\(kind % 3)"]),
                ],
                network: ["subnets": .list(["10.\(kind % 250).0.0/16"]), "zone": .text("z\(kind % 9)"), "mode": .text("r"),
                    "driver": .text("d\(kind % 2)")],
                services: ["listening": .table(["tcp/s\(kind % 17)": "1"]), "daemons": .list(["d\(kind % 19)"])])
            let name = try HostName("h\(host)")
            index.update(
                host: Host(
                    name: name, role: .worker, state: .ready, address: IPv4Address(number: UInt32(host)),
                    facts: HostFacts(
                        kernel: "6", distribution: "d", architecture: "x86_64", cpuModel: "c", cpuCount: 8,
                        memoryBytes: 64 << 30, cgroupVersion: 2, criuVersion: "4.2", runcVersion: "1", addresses: [],
                        runtimes: [.runc], problems: [], agentVersion: "1", profile: profile),
                    capacity: HostCapacity(containers: 40, memoryBytes: 64 << 30),
                    enrolledAt: Timestamp(milliseconds: 0), lastSeenAt: Timestamp(milliseconds: 0)))
            for _ in 0..<number(21) {
                index.add(try TenantName("t\(number(200))"), memoryBytes: 256 << 20, on: name)
            }
        }
        return index
    }
}
