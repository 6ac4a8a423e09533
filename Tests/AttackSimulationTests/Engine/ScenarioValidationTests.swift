import FleetModel
import Testing

@testable import AttackSimulation

@Suite("Ranges of scenarios")
struct ScenarioValidationTests {
    @Test("the default scenario is accepted") func defaults() throws { try Scenario().validate() }

    static let wrong: [(json: String, field: String)] = [
        (#"{"fleet":{"synthetic":{"hosts":1}}}"#, "fleet.synthetic.hosts"),
        (#"{"fleet":{"synthetic":{"hosts":1001}}}"#, "fleet.synthetic.hosts"),
        (#"{"fleet":{"synthetic":{"configurationAttributes":-1}}}"#, "fleet.synthetic.configurationAttributes"),
        (#"{"fleet":{"synthetic":{"networkAttributes":33}}}"#, "fleet.synthetic.networkAttributes"),
        (#"{"fleet":{"synthetic":{"serviceAttributes":33}}}"#, "fleet.synthetic.serviceAttributes"),
        (#"{"fleet":{"synthetic":{"values":0}}}"#, "fleet.synthetic.values"),
        (#"{"fleet":{"synthetic":{"skew":-0.1}}}"#, "fleet.synthetic.skew"),
        (#"{"fleet":{"synthetic":{"bystanders":-1}}}"#, "fleet.synthetic.bystanders"),
        (#"{"fleet":{"synthetic":{"containersPerBystander":0}}}"#, "fleet.synthetic.containersPerBystander"),
        (#"{"fleet":{"hosts":[{"name":"a"}]}}"#, "fleet.hosts"),
        (#"{"fleet":{"hosts":[{"name":"a"},{"name":"a"}]}}"#, "fleet.hosts[1].name"),
        (#"{"policy":{"assumedAttackSeconds":0.01}}"#, "policy.assumedAttackSeconds"),
        (#"{"policy":{"clock":{"model":"deadline","threshold":1.5}}}"#, "policy.clock.threshold"),
        // No Poisson probability is as large, so this clock would never fire.
        (
            #"{"policy":{"clock":{"model":"poissonTick","threshold":0.5,"mean":50,"tickSeconds":1}}}"#,
            "policy.clock.threshold"
        ),
        (#"{"policy":{"dwell":{"minSeconds":20,"maxSeconds":10}}}"#, "policy.dwell.minSeconds"),
        (#"{"policy":{"placement":{"temperature":0}}}"#, "policy.placement.temperature"),
        (#"{"attackers":{"count":-1}}"#, "attackers.count"), (#"{"attackers":{"count":31}}"#, "attackers.count"),
        (#"{"attackers":{"count":0,"start":"beside"}}"#, "attackers.count"),
        (#"{"attackers":{"count":1001,"positions":"independent"}}"#, "attackers.count"),
        (#"{"attackers":{"count":31,"positions":{"mostVisited":{"observedMoves":9}}}}"#, "attackers.count"),
        (
            #"{"attackers":{"positions":{"mostVisited":{"observedMoves":0}}}}"#,
            "attackers.positions.mostVisited.observedMoves"
        ),
        (#"{"attackers":{"positions":{"tenants":["a"]}}}"#, "attackers.positions.tenants"),
        (
            #"{"fleet":{"hosts":[{"name":"a"},{"name":"b"}]},"attackers":{"positions":{"tenants":[]}}}"#,
            "attackers.positions.tenants"
        ),
        (
            #"{"fleet":{"hosts":[{"name":"a"},{"name":"b"}]},"attackers":{"positions":{"tenants":["a"]}}}"#,
            "attackers.positions.tenants"
        ),
        (#"{"attackers":{"pursuit":{"chase":{"meanSeconds":0}}}}"#, "attackers.pursuit.chase.meanSeconds"),
        (#"{"attackers":{"tenants":0}}"#, "attackers.tenants"),
        (#"{"attack":{"seconds":0}}"#, "attack.seconds"),
        (#"{"attack":{"law":"gamma","shape":0,"mean":1}}"#, "attack.shape"),
        (#"{"attack":{"law":"gamma","shape":1,"mean":-1}}"#, "attack.mean"),
        (#"{"attack":{"law":"logUniform","from":0,"to":1}}"#, "attack.from"),
        (#"{"attack":{"law":"logUniform","from":2,"to":1}}"#, "attack.from"),
        (#"{"attack":{"law":"lognormal","median":0,"deviation":1}}"#, "attack.median"),
        (#"{"attack":{"law":"lognormal","median":1,"deviation":-1}}"#, "attack.deviation"),
        (#"{"reuse":{"power":{"exponent":-1}}}"#, "reuse.power.exponent"),
        (#"{"reuse":{"exponential":{"rate":101}}}"#, "reuse.exponential.rate"),
        (#"{"moves":{"gapSeconds":-1}}"#, "moves.gapSeconds"),
        (#"{"moves":{"pauseSeconds":-1}}"#, "moves.pauseSeconds"),
        (#"{"moves":{"failureProbability":1}}"#, "moves.failureProbability"),
        (#"{"horizon":{"seconds":0}}"#, "horizon.seconds"), (#"{"horizon":{"seconds":1e12}}"#, "horizon.seconds"),
        (#"{"horizon":{"stays":0}}"#, "horizon.stays"), (#"{"horizon":{"stays":1000001}}"#, "horizon.stays"),
        // More than a million moves.
        (
            #"{"policy":{"clock":{"model":"periodic","seconds":1}},"horizon":{"seconds":2e6}}"#, "horizon.seconds"
        ),
        (
            #"{"fleet":{"hosts":[{"name":"a"},{"name":"b"}]},"memory":"learning"}"#, "memory"
        ),
    ]

    @Test("a value out of range is refused by the name of its field", arguments: wrong.indices)
    func outOfRange(number: Int) throws {
        let (json, field) = Self.wrong[number]
        let scenario = try FleetJSON.decode(Scenario.self, from: Array(json.utf8), isStrict: true)
        let error = #expect(throws: SimulationError.self) { try scenario.validate() }
        guard case .outOfRange(let named, let detail) = error else {
            Issue.record("another error: \(String(describing: error))")
            return
        }
        #expect(named == field)
        #expect(!detail.isEmpty)
        #expect(error?.description == "\(field): \(detail)")
    }

    @Test("hosts that have a known attribute in common can be learned about")
    func learning() throws {
        let profile = HostProfile(configuration: [AttributeName.kernel: .text("6.1.0")])
        let hosts = try ["a", "b"].map { SimulatedHost(name: try HostName($0), profile: profile) }
        try Scenario(fleet: .hosts(hosts), memory: .learning).validate()
    }
}
