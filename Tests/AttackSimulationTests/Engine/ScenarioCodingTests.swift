import FleetModel
import Testing

@testable import AttackSimulation

@Suite("Scenarios as data")
struct ScenarioCodingTests {
    private func decode(_ json: String, isStrict: Bool = true) throws -> Scenario {
        try FleetJSON.decode(Scenario.self, from: Array(json.utf8), isStrict: isStrict)
    }

    @Test("what is left out has its default")
    func defaults() throws {
        #expect(try decode("{}") == Scenario())
        let scenario = try decode(
            #"{"fleet":{"synthetic":{"hosts":8}},"attackers":{"count":2},"moves":{"gapSeconds":1},"policy":{}}"#)
        var expected = Scenario()
        expected.fleet = .synthetic(SyntheticFleet(hosts: 8))
        expected.attackers.count = 2
        expected.moves.gapSeconds = 1
        #expect(scenario == expected)
        let hosts = try decode(#"{"fleet":{"hosts":[{"name":"a"},{"name":"b","tenants":["t"]}]}}"#).fleet
        #expect(
            try hosts
                == .hosts([
                    SimulatedHost(name: HostName("a"), profile: HostProfile()),
                    SimulatedHost(name: HostName("b"), profile: HostProfile(), tenants: [TenantName("t")]),
                ]))
    }

    static let written: [(json: String, apply: @Sendable (inout Scenario) throws -> Void)] = [
        (#"{"horizon":{"seconds":60}}"#, { $0.horizon = .seconds(60) }),
        (#"{"horizon":{"stays":3}}"#, { $0.horizon = .stays(3) }),
        (#"{"attackers":{"positions":"distinct"}}"#, { $0.attackers.positions = .distinct }),
        (#"{"attackers":{"positions":"independent"}}"#, { $0.attackers.positions = .independent }),
        (
            #"{"attackers":{"positions":{"mostVisited":{"observedMoves":10}}}}"#,
            { $0.attackers.positions = .mostVisited(observedMoves: 10) }
        ),
        (
            #"{"attackers":{"positions":{"tenants":["a","b"]}}}"#,
            { $0.attackers.positions = .tenants([try TenantName("a"), try TenantName("b")]) }
        ),
        (
            #"{"attackers":{"pursuit":"sit","start":"beside","tenants":2}}"#,
            {
                $0.attackers.start = .beside
                $0.attackers.tenants = 2
            }
        ),
        (
            #"{"attackers":{"pursuit":{"chase":{"meanSeconds":60}}}}"#,
            { $0.attackers.pursuit = .chase(meanSeconds: 60) }
        ),
        (#"{"reuse":"never"}"#, { _ in }),
        (
            #"{"reuse":"attribute","memory":"learning","strategy":"oracle","continuesAfterSuccess":true}"#,
            {
                $0.reuse = .attribute
                $0.memory = .learning
                $0.strategy = .oracle
                $0.continuesAfterSuccess = true
            }
        ),
        (#"{"reuse":{"power":{"exponent":2}}}"#, { $0.reuse = .power(exponent: 2) }),
        (#"{"reuse":{"exponential":{"rate":3}}}"#, { $0.reuse = .exponential(rate: 3) }),
        (#"{"attack":{"law":"fixed","seconds":60}}"#, { $0.attack = .fixed(seconds: 60) }),
        (#"{"attack":{"seconds":60}}"#, { $0.attack = .fixed(seconds: 60) }),
        (#"{"attack":{"law":"gamma","shape":4,"mean":60}}"#, { $0.attack = .gamma(shape: 4, mean: 60) }),
        (#"{"attack":{"law":"logUniform","from":10,"to":60}}"#, { $0.attack = .logUniform(from: 10, to: 60) }),
        (
            #"{"attack":{"law":"lognormal","median":60,"deviation":1}}"#,
            { $0.attack = .lognormal(median: 60, deviation: 1) }
        ),
        (#"{"attack":{"law":"never"}}"#, { $0.attack = .never }),
    ]

    @Test("every alternative is written as it is documented, and comes back as it was", arguments: written.indices)
    func alternatives(number: Int) throws {
        let (json, apply) = Self.written[number]
        var expected = Scenario()
        try apply(&expected)
        #expect(try decode(json) == expected)
        #expect(try FleetJSON.decode(Scenario.self, from: FleetJSON.encode(expected), isStrict: true) == expected)
    }

    @Test(
        "a wrong alternative is told which ones there are",
        arguments: [
            (#"{"horizon":{"hours":1}}"#, "hours"), (#"{"horizon":{}}"#, #"{"stays":1}"#),
            (#"{"horizon":{"seconds":1,"stays":1}}"#, "seconds and stays"), (#"{"horizon":60}"#, #"{"seconds":3600}"#),
            (#"{"attackers":{"positions":"everywhere"}}"#, #""independent""#),
            (#"{"attackers":{"positions":"mostVisited"}}"#, #"{"mostVisited":{"observedMoves":1000}}"#),
            (#"{"attackers":{"pursuit":{"sit":{}}}}"#, #""sit""#),
            (#"{"attackers":{"pursuit":"chase"}}"#, "meanSeconds"),
            (#"{"attackers":{"pursuit":{"chase":{"mean":1}}}}"#, "meanSeconds"),
            (#"{"reuse":{"power":{"exponent":1,"rate":1}}}"#, "exponent"), (#"{"reuse":"power"}"#, #"{"power""#),
            (#"{"attack":{"law":"normal"}}"#, "logUniform"), (#"{"fleet":"synthetic"}"#, #"{"hosts":[…]}"#),
            (#"{"strategy":"greedy"}"#, "nomadGreedy"), (#"{"memory":"none"}"#, "collusive"),
        ])
    func wrong(json: String, named: String) {
        for isStrict in [true, false] {
            let error = #expect(throws: DecodingError.self) { try decode(json, isStrict: isStrict) }
            // Lenient reading overlooks the wrong field, and misses the right one.
            if isStrict || named != "hours" { #expect("\(String(describing: error))".contains(named)) }
        }
    }

    @Test(
        "a misspelt field is an error where people write, at every depth",
        arguments: [
            #"{"attacker":{}}"#, #"{"attackers":{"counts":1}}"#, #"{"moves":{"gap":1}}"#,
            #"{"fleet":{"synthetic":{"host":3}}}"#, #"{"fleet":{"hosts":[{"name":"a","tenant":[]}]}}"#,
            #"{"attack":{"law":"gamma","shape":1,"mean":1,"seconds":1}}"#, #"{"attack":{"law":"never","seconds":1}}"#,
            #"{"attackers":{"positions":{"tenants":[],"count":1}}}"#, #"{"policy":{"placement":{"rules":"uniform"}}}"#,
        ])
    func misspelt(json: String) {
        #expect(throws: DecodingError.self) { try decode(json) }
    }

    @Test("an outcome comes back as it was")
    func outcome() throws {
        let outcome = try Some.scenario(Some.exponential(mean: 100), horizon: .seconds(500)).outcome(runs: 10)
        #expect(try FleetJSON.decode(Outcome.self, from: FleetJSON.encode(outcome)) == outcome)
        let none = try Some.scenario(Some.policy(.static), attackers: 0, horizon: .stays(1)).outcome(runs: 10)
        #expect(none.moves.value == 0 && none.resisted == nil && none.secondsToSuccess == nil)
        #expect(try FleetJSON.decode(Outcome.self, from: FleetJSON.encode(none)) == none)
    }
}
