import FleetModel
import Testing

@Suite("Policies")
struct PolicyTests {
    @Test("the defaults are valid and end a stay within about five minutes")
    func defaults() throws {
        try Policy().validate()
        let threshold = try #require(Policy().clock.deadlineThreshold)
        #expect(abs(Policy().deadlineSeconds(threshold: threshold) - 300) < 1)
    }

    @Test("a policy made for a deadline has exactly that deadline", arguments: [1, 16.7, 300, 86400])
    func deadline(seconds: Double) throws {
        for threshold in [0.001, 0.13, 0.5, 0.99] {
            let policy = Policy.deadline(seconds: seconds, threshold: threshold)
            #expect(abs(policy.deadlineSeconds(threshold: threshold) - seconds) < 1e-9 * seconds)
        }
    }

    @Test(
        "a policy outside the ranges is refused, and the field is named",
        arguments: [
            (Policy(assumedAttackSeconds: 0), "assumedAttackSeconds"),
            (Policy(assumedAttackSeconds: .nan), "assumedAttackSeconds"),
            (Policy(clock: .deadline(threshold: 0)), "clock.threshold"),
            (Policy(clock: .jittered(threshold: 1)), "clock.threshold"),
            (Policy(clock: .cappedExponential(threshold: .nan)), "clock.threshold"),
            (Policy(assumedAttackSeconds: 1, clock: .deadline(threshold: 0.5)), "clock:"),
            (
                Policy(clock: .poissonTick(PoissonTick(threshold: 0.1, mean: 0, tickSeconds: 1))), "clock.mean"
            ),
            (
                Policy(clock: .poissonTick(PoissonTick(threshold: 0.1, mean: 5, tickSeconds: 0))), "clock.tickSeconds"
            ),
            (Policy(clock: .periodic(seconds: 0.5, jitter: 0)), "clock.seconds"),
            (Policy(clock: .periodic(seconds: 5, jitter: 1)), "clock.jitter"),
            (Policy(dwell: DwellBounds(minSeconds: 10, maxSeconds: 5)), "dwell.minSeconds"),
            (Policy(dwell: DwellBounds(maxSeconds: 0)), "dwell.maxSeconds"),
            (Policy(weights: HeterogeneityWeights(configuration: 0.5, network: 0.5, services: 0.5)), "weights"),
            (
                Policy(weights: HeterogeneityWeights(configuration: -1, network: 1, services: 1)),
                "weights.configuration"
            ),
            (Policy(placement: PlacementRules(entropyFloor: 2)), "placement.entropyFloor"),
            (Policy(placement: PlacementRules(maxShareFactor: 0.5)), "placement.maxShareFactor"),
            (Policy(placement: PlacementRules(temperature: 0)), "placement.temperature"),
            (Policy(placement: PlacementRules(terms: TermWeights(load: 11))), "placement.terms.load"),
            (Policy(limits: RelocationLimits(concurrentInFleet: 0)), "limits.concurrentInFleet"),
            (Policy(limits: RelocationLimits(concurrentInFleet: 1001)), "limits.concurrentInFleet"),
            (Policy(limits: RelocationLimits(concurrentPerHost: 0)), "limits.concurrentPerHost"),
            (Policy(limits: RelocationLimits(concurrentPerTenant: 101)), "limits.concurrentPerTenant"),
            (Policy(limits: RelocationLimits(startsPerMinute: 0)), "limits.startsPerMinute"),
            (Policy(limits: RelocationLimits(downtimeSecondsPerHour: 0)), "limits.downtimeSecondsPerHour"),
            (Policy(exposure: ExposureRules(windowFactor: 0.5)), "exposure.windowFactor"),
            (Policy(exposure: ExposureRules(windowFactor: 3, groupFactor: 3)), "exposure.groupFactor"),
            (Policy(exposure: ExposureRules(groupFactor: 0)), "exposure.groupFactor"),
            (Policy(exposure: ExposureRules(groupFactor: .nan)), "exposure.groupFactor"),
            (Policy(exposure: ExposureRules(strangersFactor: 10)), "exposure.strangersFactor"),
            (Policy(limits: RelocationLimits(prepareSeconds: 0.9)), "limits.prepareSeconds"),
            (Policy(limits: RelocationLimits(checkpointSeconds: 601)), "limits.checkpointSeconds"),
            (Policy(limits: RelocationLimits(restoreSeconds: 0)), "limits.restoreSeconds"),
        ])
    func ranges(policy: Policy, field: String) throws {
        let error = #expect(throws: ModelError.self) { try policy.validate() }
        #expect(error?.description.hasPrefix(field) == true, "\(String(describing: error))")
    }

    @Test(
        "a policy is read as it was written",
        arguments: [
            .deadline(threshold: 0.13), .jittered(threshold: 0.5), .exponential, .cappedExponential(threshold: 0.9),
            .poissonTick(PoissonTick(threshold: 0.05, mean: 10, tickSeconds: 3, reading: .draw)),
            .periodic(seconds: 60, jitter: 0.3), .static,
        ] as [ClockModel])
    func roundTrip(clock: ClockModel) throws {
        var policy = Policy(
            assumedAttackSeconds: 77, clock: clock, dwell: DwellBounds(minSeconds: 2),
            weights: HeterogeneityWeights(configuration: 0.2, network: 0.3, services: 0.5),
            placement: PlacementRules(
                rule: .balanced, temperature: 0.1, entropyFloor: 0.7, maxShareFactor: 3,
                terms: TermWeights(heterogeneity: 2, knowledge: 0, tenants: 1, load: 0, cost: 0), memorySeconds: 600,
                attackerShare: 0.3, skipIfAlone: true),
            limits: RelocationLimits(
                startsPerMinute: 9, downtimeSecondsPerHour: 1.5, prepareSeconds: 7, checkpointSeconds: 8,
                restoreSeconds: 9),
            exposure: ExposureRules(windowFactor: 20, groupFactor: nil, strangersFactor: 3))
        #expect(try read(policy) == policy)
        policy.dwell = DwellBounds(maxSeconds: 900)
        policy.limits = RelocationLimits()
        #expect(try read(policy) == policy)
    }

    private func read(_ policy: Policy) throws -> Policy {
        try FleetJSON.decode(Policy.self, from: try FleetJSON.encode(policy), isStrict: true)
    }

    @Test("limits of sums that are left out have their defaults, and null is none; older policies have the defaults")
    func exposure() throws {
        func rules(_ json: String) throws -> ExposureRules {
            try FleetJSON.decode(Policy.self, from: json.utf8, isStrict: true).exposure
        }
        #expect(try rules("{}") == ExposureRules())
        #expect(try rules(#"{"exposure":{"groupFactor":null}}"#) == ExposureRules(groupFactor: nil))
        #expect(try rules(#"{"exposure":{"strangersFactor":1}}"#) == ExposureRules(strangersFactor: 1))
    }

    @Test("a policy from before clocks could be chosen is a deadline with the same rate")
    func former() throws {
        let json =
            #"{"clock":{"threshold":0.5,"attacksPerSecond":0.01},"limits":{"concurrentInFleet":7,"#
            + #""concurrentPerHost":1,"concurrentPerTenant":1}}"#
        let policy = try FleetJSON.decode(Policy.self, from: json.utf8)
        #expect(policy.clock == .deadline(threshold: 0.5))
        #expect(policy.assumedAttackSeconds == 100)
        #expect(policy.limits.concurrentInFleet == 7)
        let record = try FleetJSON.decode(PolicyRecord.self, from: json.utf8)
        #expect(record.name == .default && record.policy == policy)
    }

    @Test(
        "what nobody knows is refused where people write, and passed over where programs do",
        arguments: [
            (#"{"clok":{}}"#, "clok"), (#"{"clock":{"model":"static","seconds":5}}"#, "seconds"),
            (#"{"clock":{"model":"periodic","seconds":5,"threshold":0.1}}"#, "threshold"),
            (#"{"placement":{"terms":{"weight":1}}}"#, "weight"), (#"{"limits":{"perHost":1}}"#, "perHost"),
            (#"{"dwell":{"min":1}}"#, "min"), (#"{"exposure":{"sum":1}}"#, "sum"), (#"{"weights":{"c":1}}"#, "'c'"),
        ])
    func unknownFields(json: String, field: String) throws {
        let error = #expect(throws: DecodingError.self) {
            try FleetJSON.decode(Policy.self, from: json.utf8, isStrict: true)
        }
        #expect("\(String(describing: error))".contains(field))
        _ = try FleetJSON.decode(Policy.self, from: json.utf8)
    }

    @Test("a wrong word is answered with the right ones")
    func words() throws {
        for (json, right) in [
            (#"{"clock":{"model":"weekly"}}"#, "periodic"), (#"{"placement":{"rule":"best"}}"#, "softmax"),
        ] {
            let error = #expect(throws: DecodingError.self) { try FleetJSON.decode(Policy.self, from: json.utf8) }
            #expect("\(String(describing: error))".contains(right))
        }
    }
}

@Suite("Host profiles")
struct HostProfileTests {
    @Test("labels replace, add and take away attributes")
    func labels() {
        let profile = HostProfile(
            configuration: ["kernel": .text("6.1.0"), "libc": .table(["name": "glibc", "version": "2.36"])],
            network: ["subnets": .list(["10.0.0.0/8"])])
        let changed = profile.overridden(by: [
            "profile.configuration.kernel": "5.10.0", "profile.configuration.libc": "",
            "profile.network.zone": "rack3", "profile.services.backup.agent": "borg", "zone": "ignored",
            "profile.weather.sun": "ignored", "profile.network.": "ignored",
        ])
        #expect(changed.configuration == ["kernel": .text("5.10.0")])
        #expect(changed.network == ["subnets": .list(["10.0.0.0/8"]), "zone": .text("rack3")])
        #expect(changed.services == ["backup.agent": .text("borg")])
    }

    @Test("values are plain JSON")
    func json() throws {
        let profile = HostProfile(
            configuration: ["kernel": .text("6.1"), "runtimes": .table(["runc": "1.1.5"])],
            network: ["subnets": .list(["10.0.0.0/8"])])
        let json = String(decoding: try FleetJSON.encode(profile), as: UTF8.self)
        #expect(
            json
                == #"{"configuration":{"kernel":"6.1","runtimes":{"runc":"1.1.5"}},"network":{"subnets":["10.0.0.0/8"]},"#
                + #""services":{}}"#)
        #expect(try FleetJSON.decode(HostProfile.self, from: json.utf8) == profile)
    }
}
