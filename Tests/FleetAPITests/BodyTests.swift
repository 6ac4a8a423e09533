import FleetAPI
import FleetModel
import Testing

@Suite("Bodies of requests")
struct BodyTests {
    /// A body that says everything and one that says as little as it may.
    private func check<Body: JSONBody>(_ full: Body, _ bare: Body) throws {
        for body in [full, bare] { #expect(try Recorded.copy(body) == body) }
        guard case .object(let fields) = try JSONValue(encoding: full) else {
            Issue.record("\(Body.self) is no object")
            return
        }
        #expect(Set(fields.keys) == Set(Body.fieldNames), "\(Body.self)")
        guard case .object(let few) = try JSONValue(encoding: bare) else { return }
        #expect(!few.values.contains(.null), "\(Body.self): what is not said is left out")
    }

    @Test("what is sent is what arrives, and every field is among those that are known")
    func roundTrips() throws {
        let (shop, rival) = (try TenantName("shop"), try TenantName("rival"))
        let (night, host) = (try PolicyName("night"), try HostName("host1"))
        try check(
            NewContainerBody(
                name: try ContainerName("echo"), tenant: shop, image: "redis", command: ["run"],
                environment: ["A": "b"], ports: [PortBody(port: 80), PortBody(port: 81, containerPort: 8081)],
                limits: LimitsBody(memoryBytes: 64 << 20, cpus: 0.5), capabilities: [.netRaw], hostRoot: true,
                runtime: .docker, host: host, policy: night, onHostLoss: .restart, restart: .always),
            NewContainerBody(name: try ContainerName("echo"), tenant: shop, image: "redis"))
        try check(
            ContainerChangesBody(policy: .set(night), isPaused: true, onHostLoss: .stay, restart: .never),
            ContainerChangesBody())
        try check(
            PinBody(reason: "backup", until: Samples.later, seconds: 1800.5), PinBody(reason: "backup"))
        try check(MoveBody(to: host, reason: "why", trigger: .alert, avoidTenants: [rival]), MoveBody())
        try check(
            AdoptionBody(
                container: "4f5e", name: try ContainerName("shop"), ports: [PortBody(port: 80)], policy: night),
            AdoptionBody(container: "4f5e"))
        try check(
            HostChangesBody(
                state: .cordoned, labels: ["rack": "a3"], capacity: HostCapacity(containers: 3, memoryBytes: 5)),
            HostChangesBody())
        try check(HostLossBody(reason: "it burnt down", confirm: host), HostLossBody(reason: "it burnt down"))
        try check(
            NewTenantBody(name: shop, policy: night, neverBeside: [rival], isPaused: true), NewTenantBody(name: shop))
        try check(
            TenantChangesBody(policy: .set(night), neverBeside: [], isPaused: false), TenantChangesBody())
        try check(SchedulerView(paused: true), SchedulerView(paused: false))
        try check(RestorationBody(version: 3), RestorationBody(version: 0))
        let question = FleetQuestionBody(
            policy: night, tenant: shop, attackSeconds: 120, attackers: 2, horizonSeconds: 1200)
        try check(question, FleetQuestionBody())
        try check(
            SimulationBody(experiment: "ablation", document: ["name": "x"], whatIf: question, runs: 5, seed: 1 << 52),
            SimulationBody())
    }

    @Test("a field that is to stay as it is, one that is to be empty and one that is to have a value are three things")
    func changes() throws {
        let (day, night) = (try PolicyName("day"), try PolicyName("night"))
        let cases: [(FieldChange<PolicyName>, JSONValue, PolicyName?)] = [
            (.keep, [:], day), (.clear, ["policy": .null], nil), (.set(night), ["policy": "night"], night),
        ]
        for (change, json, after) in cases {
            #expect(try JSONValue(encoding: ContainerChangesBody(policy: change)) == json)
            #expect(try JSONValue(encoding: TenantChangesBody(policy: change)) == json)
            #expect(try Recorded.copy(ContainerChangesBody(policy: change)).policy == change)
            #expect(try Recorded.copy(TenantChangesBody(policy: change)).policy == change)
            var policy: PolicyName? = day
            change.apply(to: &policy)
            #expect(policy == after)
        }
    }

    @Test("a port is one of TCP, and the container's is the same unless it is said")
    func ports() throws {
        func port(_ json: String) throws -> PortBody { try FleetJSON.decode(PortBody.self, from: json.utf8) }
        #expect(try port(#"{"port":80}"#).mapping == PortMapping(port: 80, containerPort: 80))
        let other = try port(#"{"port":80,"containerPort":8080,"protocol":"TCP"}"#)
        #expect(other.mapping == PortMapping(port: 80, containerPort: 8080))
        #expect(try Recorded.copy(other) == other)
        #expect(PortBody(other.mapping).mapping == other.mapping)
        for wrong in [
            "{}", #"{"port":0}"#, #"{"port":70000}"#, #"{"port":80.5}"#, #"{"port":"9000/udp"}"#,
            #"{"port":80,"protocol":"udp"}"#, #"{"port":80,"containerPort":-1}"#,
        ] {
            #expect(throws: DecodingError.self, "\(wrong)") { try port(wrong) }
        }
    }

    @Test("limits that are not said are the usual ones")
    func limits() {
        #expect(LimitsBody().limits == ResourceLimits())
        #expect(LimitsBody(cpus: 2).limits == ResourceLimits(cpus: 2))
        let limits = ResourceLimits(memoryBytes: 8 << 20, cpus: 0.5, processes: 3)
        #expect(LimitsBody(limits).limits == limits)
    }

    @Test("a question about the fleet with a field that there is not is refused where it is")
    func question() {
        #expect {
            try FleetJSON.decode(SimulationBody.self, from: #"{"whatIf":{"speed":1}}"#.utf8)
        } throws: { error in
            guard case DecodingError.dataCorrupted(let context) = error else { return false }
            return context.codingPath.map(\.stringValue) == ["whatIf", "speed"]
                && context.debugDescription == "there is no field 'speed'; the fields are "
                    + "attackSeconds, attackers, horizonSeconds, policy, tenant"
        }
    }
}
