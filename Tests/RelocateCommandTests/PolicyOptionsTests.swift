import ArgumentParser
import FleetModel
import Testing

@testable import relocate

@Suite("Changing a policy by options")
struct PolicyOptionsTests {
    /// The policy that comes of options over another one.
    private func changed(_ policy: Policy = Policy(), _ arguments: String...) throws -> Policy {
        let command = try PolicySet.parse(arguments)
        let result = try command.changes.draft().result(over: policy)
        return try #require(result)
    }

    private func refusal(_ policy: Policy = Policy(), _ arguments: String...) -> String? {
        do {
            let command = try PolicySet.parse(arguments)
            _ = try command.changes.draft().result(over: policy)
            return nil
        } catch let error as ClientError {
            return "\(error)"
        } catch {
            return PolicySet.message(for: error)
        }
    }

    @Test(
        "--dwell makes t* as long for every clock with a threshold",
        arguments: [ClockModel.Name.deadline, .jittered, .cappedExponential])
    func dwell(model: ClockModel.Name) throws {
        for seconds in [1.0, 60, 86_400] {
            let policy = try changed(
                Policy(), "--clock", model.rawValue, "--dwell", String(seconds), "--threshold", "0.2")
            #expect(policy.clock.name == model)
            #expect(policy.clock.deadlineThreshold == 0.2)
            #expect(abs(policy.deadlineSeconds(threshold: 0.2) - seconds) < 1e-6 * seconds)
        }
    }

    @Test("the shortest and the longest stay are allowed for every threshold that leaves attacks less than ten years")
    func roundings() throws {
        for hundredth in 1..<100 {
            let threshold = Double(hundredth) / 100
            for seconds in threshold < 0.1 ? [1] : [1, DwellBounds.longestSeconds] {
                var policy = Policy(clock: .jittered(threshold: threshold))
                policy.setDeadline(seconds: seconds, threshold: threshold)
                #expect(throws: Never.self) { try policy.validate() }
                #expect(abs(policy.deadlineSeconds(threshold: threshold) / seconds - 1) < 1e-12)
            }
        }
    }

    @Test("how long beside others in sum is too long is set in attack times, or switched off; the rest stays")
    func exposure() throws {
        let policy = try changed(
            Policy(), "--exposure-window", "20", "--exposure-group", "4", "--exposure-strangers", "none")
        #expect(policy.exposure == ExposureRules(windowFactor: 20, groupFactor: 4, strangersFactor: nil))
        let later = try changed(policy, "--exposure-strangers", "8")
        #expect(later.exposure == ExposureRules(windowFactor: 20, groupFactor: 4, strangersFactor: 8))
        #expect(refusal(Policy(), "--exposure-group", "10")?.contains("exposure.windowFactor") == true)
    }

    @Test("--dwell is the period of a periodic clock, and leaves the assumed attack time alone")
    func period() throws {
        let policy = try changed(
            Policy(), "--clock", "periodic", "--dwell", "600", "--jitter", "0.25", "--attack-seconds", "99")
        #expect(policy.clock == .periodic(seconds: 600, jitter: 0.25))
        #expect(policy.assumedAttackSeconds == 99)
        let later = try changed(policy, "--dwell", "300")
        #expect(later.clock == .periodic(seconds: 300, jitter: 0.25))
    }

    @Test("a clock of another model keeps the threshold where it means the same, and asks for the rest")
    func models() throws {
        #expect(try changed(Policy(), "--clock", "deadline").clock == .deadline(threshold: 0.13))
        #expect(try changed(Policy(), "--clock", "static").clock == .static)
        #expect(try changed(Policy(), "--clock", "exponential").clock == .exponential)
        let tick = try changed(
            Policy(), "--clock", "poissonTick", "--threshold", "0.08", "--poisson-mean", "20", "--tick-seconds", "5")
        #expect(tick.clock == .poissonTick(PoissonTick(threshold: 0.08, mean: 20, tickSeconds: 5)))
        #expect(
            try changed(tick, "--reading", "draw").clock
                == .poissonTick(PoissonTick(threshold: 0.08, mean: 20, tickSeconds: 5, reading: .draw)))
        #expect(refusal(Policy(clock: .static), "--clock", "jittered")?.contains("needs --threshold") == true)
        #expect(refusal(tick, "--clock", "jittered")?.contains("needs --threshold") == true)
        #expect(refusal(Policy(), "--clock", "periodic")?.contains("needs --dwell") == true)
        #expect(refusal(Policy(), "--clock", "poissonTick")?.contains("--poisson-mean") == true)
    }

    @Test("an option that the clock does not have is refused with one that it has")
    func foreign() {
        #expect(
            refusal(Policy(clock: .exponential), "--dwell", "60")
                == "--dwell goes with a clock 'deadline', 'jittered', 'cappedExponential' or 'periodic', and this one is "
                + "'exponential'; its mean stay is --attack-seconds, and --max-dwell bounds it")
        #expect(refusal(Policy(), "--jitter", "0.1")?.contains("goes with a clock 'periodic'") == true)
        #expect(refusal(Policy(clock: .static), "--dwell", "60")?.contains("--clock jittered") == true)
        #expect(refusal(Policy(clock: .exponential), "--threshold", "0.1")?.contains("--clock") == true)
        #expect(refusal(Policy(), "--dwell", "60", "--attack-seconds", "5")?.contains("follows from") == true)
        #expect(refusal(Policy(), "--clock", "static", "--tick-seconds", "5") != nil)
    }

    @Test(
        "what fits no policy is refused before anything is sent",
        arguments: [
            [], ["--threshold", "0"], ["--threshold", "1"], ["--dwell", "0.5"], ["--dwell", "inf"],
            ["--attacks-per-second", "0"], ["--attacks-per-second", "1", "--attack-seconds", "1"],
            ["--entropy-floor", "2"], ["--temperature", "0"], ["--max-share", "0.5"], ["--attacker-share", "-1"],
            ["--memory-seconds", "5"], ["--weights", "1,1,1"], ["--fleet", "0"], ["--per-host", "101"],
            ["--starts-per-minute", "0"], ["--starts-per-minute", "1.5"], ["--downtime-per-hour", "0"],
            ["--min-dwell", "20", "--max-dwell", "10"], ["--rule", "best"], ["--clock", "cuckoo"], ["--jitter", "1"],
            ["--file", "x.json", "--dwell", "60"],
        ])
    func refused(arguments: [String]) {
        #expect(throws: (any Error).self) { try PolicySet.parse(arguments) }
    }

    @Test("a change that together with the rest makes no policy is refused too")
    func together() {
        #expect(refusal(Policy(), "--attack-seconds", "1")?.contains("would move a container after") == true)
        let bounded = Policy(dwell: DwellBounds(minSeconds: 60))
        #expect(refusal(bounded, "--max-dwell", "30")?.contains("minSeconds") == true)
    }

    @Test("each option changes its field, and no other")
    func fields() throws {
        let cases: [([String], String)] = [
            (["--attack-seconds", "3000"], "assumedAttackSeconds 2154 → 3000"),
            (["--min-dwell", "10"], "dwell.minSeconds none → 10"),
            (["--max-dwell", "200"], "dwell.maxSeconds none → 200"),
            (["--rule", "balanced"], "placement.rule softmax → balanced"),
            (["--temperature", "0.5"], "placement.temperature 0.2 → 0.5"),
            (["--entropy-floor", "0.9"], "placement.entropyFloor 0.85 → 0.9"),
            (["--max-share", "3"], "placement.maxShareFactor 2.5 → 3"),
            (["--memory-seconds", "60"], "placement.memorySeconds 3600 → 60"),
            (["--attacker-share", "0.2"], "placement.attackerShare 0.1 → 0.2"),
            (["--skip-if-alone"], "placement.skipIfAlone no → yes"),
            (["--term", "tenants=2"], "placement.terms.tenants 0.5 → 2"),
            (["--fleet", "8"], "limits.concurrentInFleet 5 → 8"),
            (["--per-host", "3"], "limits.concurrentPerHost 2 → 3"),
            (["--per-tenant", "4"], "limits.concurrentPerTenant 2 → 4"),
            (["--starts-per-minute", "30"], "limits.startsPerMinute none → 30"),
            (["--downtime-per-hour", "2.5"], "limits.downtimeSecondsPerHour none → 2.5"),
            (["--prepare-seconds", "20"], "limits.prepareSeconds 60 → 20"),
            (["--checkpoint-seconds", "5"], "limits.checkpointSeconds 60 → 5"),
            (["--restore-seconds", "90"], "limits.restoreSeconds 60 → 90"),
        ]
        for (arguments, words) in cases {
            let command = try PolicySet.parse(arguments)
            let result = try #require(try command.changes.draft().result(over: Policy()))
            #expect(try PolicyDifference(from: Policy(), to: result).words == words)
        }
    }

    @Test("limits and bounds can be taken away again")
    func cleared() throws {
        var policy = Policy(dwell: DwellBounds(minSeconds: 5, maxSeconds: 50))
        policy.limits.startsPerMinute = 9
        policy.limits.downtimeSecondsPerHour = 9
        let result = try changed(
            policy, "--min-dwell", "auto", "--max-dwell", "none", "--starts-per-minute", "none", "--downtime-per-hour",
            "none")
        #expect(result == Policy())
    }

    @Test("without a name it is the policy default, and a name comes first")
    func names() throws {
        #expect(try PolicySet.parse(["--dwell", "60"]).policy.name == .default)
        #expect(try PolicySet.parse(["night", "--dwell", "60"]).policy.name == (try PolicyName("night")))
        #expect(throws: (any Error).self) { try PolicyCreate.parse(["--dwell", "60"]) }
        #expect(throws: (any Error).self) { try PolicyDelete.parse(["default"]) }
        #expect(try PolicyRestore.parse(["night", "3"]).number == 3)
        #expect(throws: (any Error).self) { try PolicyRestore.parse(["night"]) }
    }
}
