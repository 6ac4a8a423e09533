import FleetModel
import MovingTarget
import RelocateTesting
import Testing

/// Profiles made at random out of few values, so that many attributes agree.
struct ProfileMaker {
    var generator: SeededGenerator

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    mutating func number(_ range: Range<Int>) -> Int { Int.random(in: range, using: &generator) }

    mutating func profile() -> HostProfile {
        HostProfile(
            configuration: [
                "kernel": .text(["6.1.0-18", "6.1.0-20", "6.6.3", "5.10.0"][number(0..<4)]),
                "distribution": .table([
                    "id": ["debian", "ubuntu", "alpine"][number(0..<3)], "version": "\(number(1..<3))",
                    "family": ["debian", ""][number(0..<2)],
                ]),
                "libc": .table(["name": ["glibc", "musl"][number(0..<2)], "version": "\(number(1..<3))"]),
                "processor": .table([
                    "vendor": ["intel", "amd"][number(0..<2)], "model": "\(number(1..<3))",
                    "microcode": "\(number(1..<3))",
                ]),
                "mitigations": .table(["meltdown": "\(number(0..<2))", "spectre": "\(number(0..<2))", "smt": "1"]),
                "runtimes": .table(["runc": "\(number(1..<3))", "criu": "4.2"]), "cgroup": .text("\(number(1..<3))"),
            ],
            network: [
                "subnets": .list(["10.\(number(0..<3)).\(number(0..<3)).0/24"]), "driver": .text("veth"),
                "firewall": .table(["backend": "nftables", "digest": "\(number(0..<2))"]),
                "mode": .text("routed"),
            ],
            services: [
                "listening": .table(["tcp/nginx": "1.\(number(0..<2))", "tcp/\(number(0..<3))": ""]),
                "daemons": .list(["cron", "d\(number(0..<3))"]),
            ])
    }
}

@Suite("The difference of hosts")
struct HeterogeneityTests {
    private let weights = HeterogeneityWeights()

    @Test("is symmetric, from 0 to 1, and 0 for hosts that are alike", arguments: 1...20 as ClosedRange<UInt64>)
    func metric(seed: UInt64) throws {
        var maker = ProfileMaker(seed: seed)
        for _ in 0..<20 {
            let (left, right) = (maker.profile(), maker.profile())
            let difference = try #require(HostDistance(left, right).difference(weights))
            #expect((0...1).contains(difference))
            #expect(HostDistance(right, left).difference(weights) == difference)
            #expect(HostDistance(left, left).difference(weights) == 0)
        }
    }

    @Test(
        "does not grow because a fact is missing everywhere that it made a difference",
        arguments: 1...20 as ClosedRange<UInt64>)
    func missingFacts(seed: UInt64) {
        var maker = ProfileMaker(seed: seed)
        for _ in 0..<20 {
            let (left, right) = (maker.profile(), maker.profile())
            let whole = HostDistance(left, right)
            for group in AttributeGroup.allCases {
                for name in left[group].keys where left[group][name] != right[group][name] {
                    var lacking = left
                    lacking[group][name] = nil
                    let part = HostDistance(lacking, right)[group]
                    #expect(part.coverage < whole[group].coverage)
                    // Gower's mean over fewer attributes may be above the mean of all, but never above the largest of them,
                    // and a host of which nothing is known differs from none.
                    #expect(part.difference <= 1)
                }
            }
            #expect(HostDistance(HostProfile(), right).difference(weights) == nil)
            #expect(HostDistance(HostProfile(), right)[.configuration].difference == 0)
        }
    }

    @Test("is not known when less than half is, and a group that is hardly known counts as 0")
    func coverage() {
        var left = HostProfile(configuration: ["kernel": .text("6.1.0")])
        var right = HostProfile(configuration: ["kernel": .text("5.10.0")])
        #expect(HostDistance(left, right).difference(weights) == nil)
        for (name, first, second) in [
            ("distribution", "debian 12", "alpine 3"), ("processor", "intel", "amd"), ("libc", "glibc 2", "musl 1"),
            ("mitigations", "a", "b"), ("runtimes", "runc 1", "crun 1"),
        ] {
            left.configuration[name] = .text(first)
            right.configuration[name] = .text(second)
        }
        left.services = ["daemons": .text("sshd"), "listening": .text("nginx 1")]
        right.services = ["daemons": .text("cron"), "listening": .text("apache 1")]
        left.network = ["zone": .text("a")]
        right.network = ["zone": .text("b")]
        let distance = HostDistance(left, right)
        #expect(!distance.network.isKnown && distance.network.difference == 1)
        #expect(abs((distance.difference(weights) ?? 0) - 0.8) < 1e-9, "w_N is not added")
    }

    @Test(
        "of two values is graded as the model says",
        arguments: [
            ("configuration", "kernel", "6.1.0-18-amd64", "6.1.0-20-amd64", 0.3),
            ("configuration", "kernel", "6.1.0", "6.6.0", 0.7), ("configuration", "kernel", "6.1.0", "5.10.0", 1),
            ("configuration", "distribution", "debian 12", "debian 11", 0.4),
            ("configuration", "distribution", "debian 12", "alpine 3.19", 1),
            ("configuration", "libc", "glibc 2.36", "glibc 2.31", 0.5), ("network", "zone", "a", "b", 1),
            ("network", "subnets", "10.0.0.0/24", "10.0.1.0/24", 1 - 23.0 / 32),
        ] as [(String, String, String, String, Double)])
    func grades(group: String, name: String, left: String, right: String, expected: Double) throws {
        let group = try #require(AttributeGroup(rawValue: group))
        var (first, second) = (HostProfile(), HostProfile())
        first[group][name] = .text(left)
        second[group][name] = .text(right)
        #expect(abs(HostDistance(first, second)[group].difference - expected) < 1e-9)
    }

    @Test("of tables is graded as the model says")
    func tables() {
        func distance(_ name: String, _ left: [String: String], _ right: [String: String]) -> Double {
            HostDistance(
                HostProfile(configuration: [name: .table(left)]), HostProfile(configuration: [name: .table(right)])
            ).configuration.difference
        }
        let intel = ["vendor": "intel", "model": "1", "microcode": "1"]
        #expect(abs(distance("processor", intel, ["vendor": "intel", "model": "1", "microcode": "2"]) - 0.1) < 1e-9)
        #expect(distance("processor", intel, ["vendor": "intel", "model": "2", "microcode": "1"]) == 0.5)
        #expect(distance("processor", intel, ["vendor": "amd", "model": "1", "microcode": "1"]) == 1)
        #expect(distance("distribution", ["id": "ubuntu", "family": "debian"], ["id": "debian"]) == 0.7)
        let mitigations = distance("mitigations", ["a": "1", "b": "1"], ["a": "1", "b": "2"])
        #expect(abs(mitigations - 2.0 / 3) < 1e-9)
        let runtimes = distance("runtimes", ["runc": "1", "criu": "4"], ["runc": "2", "docker": "20"])
        #expect(abs(runtimes - 2.5 / 3) < 1e-9)
        let services = HostDistance(
            HostProfile(services: ["listening": .table(["tcp/nginx": "1", "tcp/ssh": "9"])]),
            HostProfile(services: ["listening": .table(["tcp/nginx": "2", "tcp/ssh": "9"])]))
        #expect(abs(services.services.difference - 0.2) < 1e-9)
    }

    @Test("is one minus the probability that an exploit for one attribute carries over (section 2.2)")
    func reuse() throws {
        // Attributes that are equal or not, all of weight 1 in their group: an exploit is for one attribute, drawn by weight.
        var generator = SeededGenerator(seed: 8)
        let weights = HeterogeneityWeights(configuration: 0, network: 0, services: 1)
        var (left, right) = (HostProfile(), HostProfile())
        for number in 0..<8 {
            left.services["a\(number)"] = .text("x")
            right.services["a\(number)"] = .text(number < 3 ? "x" : "y")
        }
        // What the catalogue expects and nobody knows lowers the coverage only.
        left.services["listening"] = .table(["tcp/x": "1"])
        right.services["listening"] = .table(["tcp/x": "1"])
        let difference = try #require(HostDistance(left, right).difference(weights))
        let equal = 3.0 + 3.0
        let all = 8.0 + 3.0
        #expect(abs(1 - difference - equal / all) < 1e-9)
        let draws = 100_000
        let reused = (0..<draws).count { _ in Double.random(in: 0..<all, using: &generator) < equal }
        let chance = equal / all
        let deviation = (chance * (1 - chance) / Double(draws)).squareRoot()
        let z = (Double(reused) / Double(draws) - (1 - difference)) / deviation
        #expect(abs(z) < 4)
    }

    @Test("of a fleet is summed up over its hosts, with what they have in common")
    func fleet() throws {
        var maker = ProfileMaker(seed: 3)
        let kinds = (0..<4).map { _ in maker.profile() }
        let hosts = try (0..<40).map { number in
            var host = try Some.host("h\(number)")
            host.facts.profile = kinds[number < 34 ? 0 : number % 3 + 1]
            return host
        }
        let fleet = FleetHeterogeneity(of: hosts, weights: weights).likeness
        var (sum, square, pairs) = (0.0, 0.0, 0.0)
        for left in hosts {
            for right in hosts {
                let difference = HostDistance(left.profile, right.profile).difference(weights) ?? 0
                square += difference
                if left.name != right.name { (sum, pairs) = (sum + difference, pairs + 1) }
            }
        }
        #expect(abs((fleet.meanDifference ?? 0) - sum / pairs) < 1e-9)
        #expect(abs((fleet.raoQ ?? 0) - square / 1600) < 1e-9)
        #expect(fleet.effectiveConfigurations > 1 && fleet.effectiveConfigurations < 4)
        let kernel = fleet.monocultures.first { $0.attribute == "kernel" }
        #expect((kernel?.share ?? 0) >= 0.85)
        let alike = FleetHeterogeneity(of: Array(hosts.prefix(5)), weights: weights).likeness
        #expect(alike.meanDifference == 0)
        #expect(alike.warnings.first?.contains("nearly alike") == true)
        #expect(alike.effectiveConfigurations == 1)
    }

    @Test("counted host by host, a fleet is as alike as when all are looked at anew")
    func census() throws {
        var maker = ProfileMaker(seed: 5)
        var generator = SeededGenerator(seed: 5)
        var census = ProfileCensus()
        var hosts: [HostName: Host] = [:]
        for number in 0..<1000 {
            var host = try Some.host("h\(Int.random(in: 0..<12, using: &generator))")
            if Int.random(in: 0..<5, using: &generator) == 0 {
                let wasThere = census.set(nil, of: host.name)
                #expect(wasThere == (hosts.removeValue(forKey: host.name) != nil))
            } else {
                host.facts.profile = maker.profile()
                census.set(host.profile, of: host.name)
                let isChanged = census.set(host.profile, of: host.name)
                #expect(!isChanged)
                hosts[host.name] = host
            }
            guard number.isMultiple(of: 20) else { continue }
            let counted = census.likeness(weights)
            let anew = FleetHeterogeneity(of: Array(hosts.values), weights: weights).likeness
            #expect(counted.count == hosts.count && counted.monocultures == anew.monocultures)
            #expect(abs((counted.meanDifference ?? -1) - (anew.meanDifference ?? -1)) < 1e-9)
            #expect(abs(counted.effectiveConfigurations - anew.effectiveConfigurations) < 1e-9)
        }
        // What nobody has any more does not stay for ever.
        #expect(census.table.profiles.count < 50)
    }
}
