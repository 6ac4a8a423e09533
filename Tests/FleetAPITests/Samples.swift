import FleetModel
import Testing

/// Values with everything that they can have, and with as little as they can.
enum Samples {
    static let time = Timestamp(milliseconds: 1_769_860_984_123)
    static let later = Timestamp(milliseconds: 1_769_861_984_000)

    static func host() throws -> Host {
        var host = Host(
            name: try HostName("host1"), role: .worker, state: .unreachable, address: try IPv4Address("10.213.0.11"),
            facts: HostFacts(
                kernel: "6.18.0", distribution: "Debian GNU/Linux 12", architecture: "x86_64", cpuModel: "a model",
                cpuCount: 4, memoryBytes: 8 << 30, cgroupVersion: 2, criuVersion: "4.2.1", runcVersion: "1.3.0",
                addresses: [try IPv4Address("10.213.0.11")], runtimes: [.runc, .docker], problems: ["no swap"],
                agentVersion: "1.0", processorFeatures: ["avx2"],
                profile: HostProfile(
                    configuration: ["kernel": .text("6.18.0"), "libc": .table(["name": "glibc"])],
                    network: ["subnets": .list(["10.213.0.0/24"])])),
            capacity: HostCapacity(containers: 100, memoryBytes: 4 << 30),
            labels: ["rack": "a3", "profile.network.zone": "east"], enrolledAt: time, lastSeenAt: later)
        host.stateWhenReachable = .draining
        host.loss = HostLoss(
            declaredAt: time, declaredBy: "alice", reason: "it burnt down", fenced: [try IPv4Address("10.88.0.7")])
        host.loss?.fencedAt = later
        host.loss?.isFenceWhole = true
        host.loss?.readmittedAt = later
        host.drain = Drain(startedAt: time, startedBy: "alice", total: 3)
        host.drain?.endedAt = later
        host.adoptable = [
            AdoptableContainer(id: "4f5e", name: "shop", tenant: "acme", image: "redis:8", obstacles: ["it has a tty"])
        ]
        return host
    }

    static func gateway() throws -> Host {
        Host(
            name: try HostName("gateway"), role: .gateway, state: .ready, address: try IPv4Address("10.213.0.1"),
            facts: HostFacts(
                kernel: "6.1", distribution: "Debian", architecture: "x86_64", cpuModel: "a model", cpuCount: 2,
                memoryBytes: 1 << 30, cgroupVersion: 2, criuVersion: nil, runcVersion: nil, addresses: [],
                runtimes: [], problems: [], agentVersion: "1.0"),
            capacity: HostCapacity(containers: 0, memoryBytes: 0), enrolledAt: time, lastSeenAt: time)
    }

    /// A container that has everything.
    static func container() throws -> Container {
        Container(
            spec: ContainerSpec(
                name: try ContainerName("echo"), tenant: try TenantName("shop"), image: "redis:8", digest: try digest(),
                command: ["redis-server", "--port", "6379"], environment: ["A": "b"],
                ports: [PortMapping(port: 80, containerPort: 8080)],
                limits: ResourceLimits(memoryBytes: 64 << 20, cpus: 0.5, processes: 32), runtime: .docker,
                engineBody: ["Image": "redis:8"]),
            state: .running, host: try HostName("host1"), virtualAddress: try IPv4Address("203.0.113.4"),
            address: try IPv4Address("10.88.0.7"), retainedAddresses: [try IPv4Address("10.88.0.5")],
            mobility: .immovable(reason: "it holds a terminal", log: "Error (tty)"), createdAt: time, arrivedAt: time,
            deadlineAt: later, policy: try PolicyName("night"),
            pin: Pin(reason: "backup", until: later, setBy: "alice"), isPaused: true, onHostLoss: .restart,
            restart: .onFailure, restarts: Restarts(count: 2, startedAt: time, nextAt: later))
    }

    /// A container that has little.
    static func container(_ state: ContainerState, _ mobility: Mobility = .unknown) throws -> Container {
        Container(
            spec: ContainerSpec(
                name: try ContainerName("new"), tenant: try TenantName("shop"), image: "web", digest: try digest(),
                runtime: .runc),
            state: state, mobility: mobility, createdAt: time)
    }

    /// A container in each state there is.
    static func containers() throws -> [Container] {
        let states: [ContainerState] = [
            .starting, .running, .relocating(RelocationID(7)), .stopping, .stopped(reason: "exit code 1"),
            .stranded(RelocationID(8)), .failed(reason: "no such command"), .removing, .lost(try HostName("host2")),
        ]
        return try [container(), container(.running, .movable)] + states.map { try container($0) }
    }

    static func digest() throws -> ImageDigest { try ImageDigest("sha256:" + String(repeating: "ab", count: 32)) }

    static func relocation() throws -> Relocation {
        var relocation = Relocation(
            id: RelocationID(12), container: try ContainerName("echo"), tenant: try TenantName("shop"),
            source: try HostName("host1"), destination: try HostName("host3"), trigger: .operator_, actor: "alice",
            reason: "for a test", oldAddress: try IPv4Address("10.88.0.7"), createdAt: time)
        relocation.state = .rolledBack
        relocation.newAddress = try IPv4Address("10.88.0.9")
        relocation.startedAt = time
        relocation.endedAt = later
        var step = Step(kind: .checkpoint, host: try HostName("host1"), attempt: 1, startedAt: time)
        step.state = .failed
        step.durationMilliseconds = 12.5
        step.timings = [.frozen: 11.75]
        step.failure = StepFailure(code: .dumpRefused, message: "CRIU refused", toolMessage: "Error (tty)")
        relocation.steps = [Step(kind: .prepare, host: try HostName("host3"), attempt: 1, startedAt: time), step]
        relocation.pauseMilliseconds = 24.125
        relocation.bytes = 4096
        relocation.closing = [
            TCPConnection(
                localAddress: try IPv4Address("10.88.0.7"), localPort: 80,
                remoteAddress: try IPv4Address("198.51.100.2"), remotePort: 40000)
        ]
        relocation.failure = step.failure
        relocation.cancelledBy = "bob"
        relocation.avoidTenants = [try TenantName("rival")]
        return relocation
    }

    /// How a move went on: with everything that can be new, and with as little.
    static func progress() throws -> [RelocationProgress] {
        var begun = try relocation()
        (begun.state, begun.endedAt) = (.running, nil)
        (begun.startedAt, begun.pauseMilliseconds, begun.bytes, begun.closing) = (nil, nil, nil, nil)
        (begun.failure, begun.cancelledBy) = (nil, nil)
        let steps = begun.steps
        begun.steps = []
        var sent = begun
        sent.steps = [steps[0]]
        var undone = try relocation()
        (undone.state, undone.endedAt) = (.rollingBack, nil)
        return [
            try #require(RelocationProgress(of: undone, since: sent)),
            try #require(RelocationProgress(of: sent, since: begun)),
        ]
    }

    static func queued() throws -> Relocation {
        Relocation(
            id: RelocationID(13), container: try ContainerName("echo"), tenant: try TenantName("shop"),
            source: try HostName("host1"), destination: nil, trigger: .clock, actor: "clock", reason: nil,
            oldAddress: try IPv4Address("10.88.0.7"), createdAt: time)
    }

    static func decision() throws -> PlacementDecision {
        PlacementDecision(
            rule: .softmax, candidateCount: 2,
            candidates: [
                PlacementCandidate(
                    host: try HostName("host2"), probability: 0.25, score: 0.125,
                    terms: PlacementTerms(heterogeneity: nil)),
                PlacementCandidate(
                    host: try HostName("host3"), probability: 0.75, score: 0.5,
                    terms: PlacementTerms(heterogeneity: 0.5, knowledge: 0.25, tenants: 0.5, load: 0.125, cost: 1)),
            ],
            exclusionCount: 1,
            exclusions: [
                PlacementExclusion(
                    host: try HostName("host1"),
                    reasons: [
                        .sameHost, .notReady(.cordoned), .memoryFull(freeBytes: 5),
                        .neverBeside(.tenant(try TenantName("rival"))),
                    ])
            ], temperature: 0.25, entropy: 0.5625, draw: 0.375, chosen: try HostName("host3"),
            warnings: ["hosts are alike"])
    }

    static func record(_ name: String = "night") throws -> PolicyRecord {
        PolicyRecord(
            name: try PolicyName(name), version: 4, changedAt: time, changedBy: "alice",
            policy: Policy(
                assumedAttackSeconds: 600, clock: .periodic(seconds: 60, jitter: 0.5),
                dwell: DwellBounds(minSeconds: 2, maxSeconds: 90)))
    }

    static func image() throws -> Image {
        Image(
            digest: try digest(), names: ["redis", "redis:8"], bytes: 4096, importedAt: time,
            defaults: ImageDefaults(command: ["redis-server"], environment: ["A": "b"], user: "redis"))
    }

    /// One event of each kind, and of some two.
    static func changes() throws -> [FleetChange] {
        var over = Alarm(kind: .exited, subject: "echo", message: "it ended", raisedAt: time)
        over.clearedAt = later
        return try progress().map { .progress($0) } + [
            .host(try host()), .host(try gateway()), .hostForgotten(try HostName("host1")),
            .tenant(Tenant(name: try TenantName("shop"), createdAt: time)),
            .tenant(
                Tenant(
                    name: try TenantName("shop"), createdAt: time, policy: try PolicyName("night"),
                    neverBeside: [try TenantName("rival")], isPaused: true)),
            .tenantRemoved(try TenantName("shop")), .container(try container()), .container(try container(.starting)),
            .containerRemoved(try ContainerName("echo")), .relocation(try relocation()), .relocation(try queued()),
            .policy(try record()), .policyRemoved(try PolicyName("night")), .image(try image()),
            .scheduler(paused: true),
            .alarm(Alarm(kind: .stranded, subject: "echo", message: "it runs nowhere", raisedAt: time)), .alarm(over),
            .refused(action: "move", subject: "echo", reason: "why"),
        ]
    }
}
