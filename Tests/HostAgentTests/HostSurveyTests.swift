import FleetModel
import Glibc
import RelocateTesting
import Testing

@testable import HostAgent

@Suite("Profiles of hosts")
struct HostSurveyTests {
    @Test("this machine has a profile, with what every Linux tells, twice the same")
    func here() async {
        let survey = HostSurvey(configuration())
        let profile = await survey.profile()
        for name in [AttributeName.kernel, AttributeName.distribution, AttributeName.libc, AttributeName.cgroup] {
            #expect(profile.configuration[name] != nil, "\(name)")
        }
        #expect(profile.network[AttributeName.mode] == .text("routed /32"))
        #expect(profile.network[AttributeName.zone] == nil)
        let again = await survey.profile()
        #expect(again.configuration == profile.configuration)
    }

    @Test("facts come from the files below the root, and those that are not there are absent")
    func root() async throws {
        try await TemporaryDirectory.with { root in
            var configuration = configuration()
            configuration.root = root
            try makeDirectories("\(root)/etc")
            try makeDirectories("\(root)/proc")
            try FileBytes.replace("\(root)/etc/os-release", with: Array(FactSamples.alpine.utf8))
            try FileBytes.replace("\(root)/proc/cpuinfo", with: Array(FactSamples.arm.utf8))
            let facts = await HostSurvey(configuration).profile().configuration
            #expect(
                facts[AttributeName.distribution]
                    == .table(["id": "alpine", "version": "3.19.1", "family": "alpine"]))
            #expect(
                facts[AttributeName.processor]
                    == .table(["vendor": "0x41", "family": "8", "model": "0xd0c", "stepping": "0x3.1"]))
            for name in [AttributeName.mitigations, AttributeName.securityModules, AttributeName.cgroup] {
                #expect(facts[name] == nil, "\(name)")
            }
        }
    }

    @Test(
        "a service that listens is named with its package's version; one on loopback is not named",
        .enabled(if: mayChangeNetworks && Busybox.version != nil))
    func listener() async throws {
        try await NetworkFixture.with(hosts: 1) { world in
            let busybox = try #require(Busybox.version)
            let survey = HostSurvey(configuration(world.hosts[0]))
            #expect(await survey.profile().services[AttributeName.listening] == .table([:]))

            try await Busybox.serve(in: world.hosts[0], at: "127.0.0.1:8081") {
                try await eventually("the server listens") {
                    try await world.output("ss -Hltn", in: world.hosts[0]).contains("127.0.0.1:8081")
                }
                #expect(await survey.profile().services[AttributeName.listening] == .table([:]))
            }
            let expected = AttributeValue.table(["tcp/\(busybox.name)": busybox.version])
            try await Busybox.serve(in: world.hosts[0], at: "10.213.0.11:8080") {
                try await eventually("the profile names the server") {
                    await survey.profile().services[AttributeName.listening] == expected
                }
                let profile = await survey.profile()
                #expect(await survey.profile() == profile)
                #expect(await HostSurvey(configuration(world.hosts[0])).profile() == profile)
            }
            try await eventually("the server is forgotten") {
                await survey.profile().services[AttributeName.listening] == .table([:])
            }
        }
    }

    @Test(
        "containers that come and go leave the profile as it is; a rule of the host's own does not",
        .enabled(if: mayChangeNetworks))
    func moves() async throws {
        try await NetworkFixture.with(hosts: 1) { world in
            let survey = HostSurvey(configuration(world.hosts[0]))
            let before = await survey.profile()
            #expect(before.network[AttributeName.subnets] == .list(["10.213.0.0/24"]))
            #expect(before.network[AttributeName.driver] == .text("veth"))
            guard case .table(let firewall) = before.network[AttributeName.firewall] else {
                Issue.record("no firewall")
                return
            }
            #expect(firewall["backend"] == "none")

            let network = try await world.hostNetwork(0)
            #expect(await survey.profile() == before)
            let stay = Stay(container: try ContainerName("shop"), arrival: nil)
            _ = try await network.attach(stay, address: try IPv4Address("10.88.0.7"))
            #expect(await survey.profile() == before)
            try await network.seal(stay, oldAddresses: [try IPv4Address("10.88.0.6")])
            #expect(await survey.profile() == before)
            try await network.detach(stay)
            #expect(await survey.profile() == before)

            try await Nft(namespace: world.hosts[0]).apply(
                "add table inet own; add chain inet own in { type filter hook input priority 0; }", for: "a test")
            let after = await survey.profile().network[AttributeName.firewall]
            guard case .table(let changed) = after else {
                Issue.record("no firewall")
                return
            }
            #expect(changed["backend"] == "nftables" && changed["digest"] != firewall["digest"])
            #expect(await survey.profile().network[AttributeName.firewall] == after)
        }
    }

    @Test("facts tell of the processor's features")
    func features() async {
        let facts = await HostFacts.collect(
            HostTools(runtimes: [], criu: "criu", runc: "runc", docker: "docker.sock"))
        #expect(facts.processorFeatures == facts.processorFeatures.sorted())
        #if arch(x86_64)
            #expect(facts.processorFeatures.contains("sse2"))
        #endif
        #expect(facts.kernel == SystemName.current.release)
    }

    private func configuration(_ namespace: NetworkNamespace? = nil) -> HostSurvey.Configuration {
        HostSurvey.Configuration(
            address: NetworkFixture.address(ofHost: 0), criu: "/usr/local/sbin/criu", runc: "/usr/sbin/runc",
            namespace: namespace)
    }
}

/// Debian's static busybox as a server.
private enum Busybox {
    private static let path = "/usr/bin/busybox"

    /// Its package, as `dpkg-query` knows it by one of its names.
    static let version: InstalledPackage? = {
        for name in ["busybox-static", "busybox"] where access(path, X_OK) == 0 {
            guard let pipe = popen("dpkg-query -W -f '${db:Status-Status} ${Version}' \(name) 2>/dev/null", "r") else {
                return nil
            }
            defer { pclose(pipe) }
            var line = [CChar](repeating: 0, count: 256)
            guard fgets(&line, Int32(line.count), pipe) != nil else { continue }
            let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            let words = text.split(separator: " ")
            if words.count == 2, words[0] == "installed" {
                return InstalledPackage(name: name, version: String(words[1]))
            }
        }
        return nil
    }()

    /// Serves in a namespace for the length of a closure.
    static func serve(
        in namespace: NetworkNamespace, at address: String, _ body: () async throws -> Void
    ) async throws {
        let process = try ChildProcess.spawn([
            "/usr/bin/nsenter", "--net=\(namespace.path)", path, "httpd", "-f", "-p", address, "-h",
            parent(of: namespace.path),
        ])
        let result: Result<Void, any Error>
        do {
            result = .success(try await body())
        } catch {
            result = .failure(error)
        }
        kill(process, SIGKILL)
        _ = ChildProcess.wait(for: process)
        try result.get()
    }
}
