import ArgumentParser
import FleetModel

/// When containers move: the parts of a policy about time.
struct ClockOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("What ends a stay: \(Choice.words(ClockModel.Name.self)).", valueName: "model"),
        transform: { try Choice.read($0) })
    var clock: ClockModel.Name?

    @Option(
        help: ArgumentHelp(
            "T: the tolerated probability of a successful attack in one stay, between 0 and 1.",
            valueName: "probability"))
    var threshold: Double?

    @Option(help: ArgumentHelp("A: how long an attack is assumed to take beside its victim.", valueName: "seconds"))
    var attackSeconds: Double?

    @Option(
        help: ArgumentHelp("In place of A: λ, how many attacks finish in a second of co-residence.", valueName: "rate"))
    var attacksPerSecond: Double?

    @Option(
        help: ArgumentHelp(
            """
            How long a stay lasts at most, at least 1 second: chooses A for a clock that has a threshold, and is the \
            period of a periodic one.
            """, valueName: "seconds"))
    var dwell: Double?

    @Option(
        help: ArgumentHelp(
            "For periodic: the random part by which stays are shorter, 0 to below 1.", valueName: "share"))
    var jitter: Double?

    @Option(help: ArgumentHelp("For poissonTick: the time between ticks.", valueName: "seconds"))
    var tickSeconds: Double?

    @Option(help: ArgumentHelp("For poissonTick: the mean of the Poisson distribution.", valueName: "number"))
    var poissonMean: Double?

    @Option(
        help: ArgumentHelp(
            "For poissonTick: what k in P(X = k) is: \(Choice.words(PoissonTick.Reading.self)).", valueName: "what"),
        transform: { try Choice.read($0) })
    var reading: PoissonTick.Reading?

    @Option(
        help: ArgumentHelp("The shortest stay; 'auto' for a few times what a move takes.", valueName: "seconds|auto"),
        transform: { try Setting($0, orWord: "auto") })
    var minDwell: Setting?

    @Option(
        help: ArgumentHelp(
            "The longest stay, whatever the clock says; 'none' for no bound.", valueName: "seconds|none"),
        transform: { try Setting($0, orWord: "none") })
    var maxDwell: Setting?

    /// Whether nothing is to be changed.
    var isEmpty: Bool {
        clock == nil && minDwell == nil && maxDwell == nil && attackSeconds == nil && attacksPerSecond == nil
            && parameters.allSatisfy { !$0.isGiven }
    }

    /// Fails for values that fit no policy, before anything is sent.
    func validate() throws {
        if attackSeconds != nil, attacksPerSecond != nil {
            throw ValidationError(
                "give either --attack-seconds or --attacks-per-second: each is 1 divided by the other")
        }
        if let attacksPerSecond, !(attacksPerSecond > 0 && attacksPerSecond.isFinite) {
            throw ValidationError("--attacks-per-second must be above 0, is \(Units.plain(attacksPerSecond))")
        }
        if let attackSeconds, !(attackSeconds > 0 && attackSeconds.isFinite) {
            throw ValidationError("--attack-seconds must be above 0, is \(Units.plain(attackSeconds))")
        }
        if let dwell, !(1...DwellBounds.longestSeconds).contains(dwell) {
            throw ValidationError("--dwell must be 1 second to a year, is \(Units.plain(dwell))")
        }
        try validated {
            if let clock { try refuseForeign(to: clock) }
            if let threshold { try ClockModel.deadline(threshold: threshold).validate() }
            if let jitter { try ClockModel.periodic(seconds: 60, jitter: jitter).validate() }
            try PoissonTick(threshold: 0.5, mean: poissonMean ?? 1, tickSeconds: tickSeconds ?? 1).validate()
            try DwellBounds(minSeconds: minDwell?.value, maxSeconds: maxDwell?.value).validate()
        }
    }

    /// Makes the changes.
    /// - Throws: `ClientError.badInput` for what does not go with the clock that the policy then has.
    func apply(to policy: inout Policy) throws {
        let model = clock ?? policy.clock.name
        try refuseForeign(to: model)
        if let attackSeconds { policy.assumedAttackSeconds = attackSeconds }
        if let attacksPerSecond { policy.assumedAttackSeconds = 1 / attacksPerSecond }
        policy.clock = try made(model, from: policy.clock)
        if let dwell, let threshold = policy.clock.deadlineThreshold {
            policy.setDeadline(seconds: dwell, threshold: threshold)
        }
        policy.dwell.minSeconds = minDwell.applied(to: policy.dwell.minSeconds)
        policy.dwell.maxSeconds = maxDwell.applied(to: policy.dwell.maxSeconds)
    }
}

extension ClockOptions {
    private static let thresholds: [ClockModel.Name] = [.deadline, .jittered, .cappedExponential]

    /// The options that only some clocks have.
    private var parameters: [(option: String, isGiven: Bool, models: [ClockModel.Name])] {
        [
            ("--threshold", threshold != nil, Self.thresholds + [.poissonTick]),
            ("--dwell", dwell != nil, Self.thresholds + [.periodic]),
            ("--jitter", jitter != nil, [.periodic]),
            ("--tick-seconds", tickSeconds != nil, [.poissonTick]),
            ("--poisson-mean", poissonMean != nil, [.poissonTick]),
            ("--reading", reading != nil, [.poissonTick]),
        ]
    }

    private func refuseForeign(to model: ClockModel.Name) throws {
        for (option, isGiven, models) in parameters where isGiven && !models.contains(model) {
            let clocks = Units.list(models.map { "'\($0.rawValue)'" }, "or")
            throw ClientError.badInput(
                "\(option) goes with a clock \(clocks), and this one is '\(model.rawValue)'; "
                    + (option == "--dwell" ? Self.inPlaceOfDwell(model) : "choose another one with --clock"))
        }
        guard dwell != nil, Self.thresholds.contains(model) else { return }
        guard attackSeconds == nil, attacksPerSecond == nil else {
            throw ClientError.badInput(
                "give either \(attackSeconds != nil ? "--attack-seconds" : "--attacks-per-second") or --dwell: with a clock "
                    + "'\(model.rawValue)' each follows from the other")
        }
    }

    private static func inPlaceOfDwell(_ model: ClockModel.Name) -> String {
        switch model {
        case .exponential: "its mean stay is --attack-seconds, and --max-dwell bounds it"
        case .poissonTick: "its stays follow from --threshold, --poisson-mean and --tick-seconds"
        case .static: "choose another one with --clock, such as --clock jittered --threshold 0.13"
        case .deadline, .jittered, .cappedExponential, .periodic: "choose another one with --clock"
        }
    }

    /// A clock of a model. What is not given stays as it is where the present clock means the same by it.
    private func made(_ model: ClockModel.Name, from present: ClockModel) throws -> ClockModel {
        switch model {
        case .deadline: .deadline(threshold: try needed(model, present))
        case .jittered: .jittered(threshold: try needed(model, present))
        case .cappedExponential: .cappedExponential(threshold: try needed(model, present))
        case .exponential: .exponential
        case .static: .static
        case .periodic: try periodic(from: present)
        case .poissonTick: try poissonTick(from: present)
        }
    }

    private func needed(_ model: ClockModel.Name, _ present: ClockModel) throws -> Double {
        guard let threshold = threshold ?? present.deadlineThreshold else {
            throw ClientError.badInput("a clock '\(model.rawValue)' needs --threshold, such as --threshold 0.13")
        }
        return threshold
    }

    private func periodic(from present: ClockModel) throws -> ClockModel {
        if case .periodic(let seconds, let former) = present {
            return .periodic(seconds: dwell ?? seconds, jitter: jitter ?? former)
        }
        guard let dwell else {
            throw ClientError.badInput("a clock 'periodic' needs --dwell, the time between moves, such as --dwell 300")
        }
        return .periodic(seconds: dwell, jitter: jitter ?? 0)
    }

    private func poissonTick(from present: ClockModel) throws -> ClockModel {
        if case .poissonTick(let former) = present {
            return .poissonTick(
                PoissonTick(
                    threshold: threshold ?? former.threshold, mean: poissonMean ?? former.mean,
                    tickSeconds: tickSeconds ?? former.tickSeconds, reading: reading ?? former.reading))
        }
        guard let threshold, let poissonMean, let tickSeconds else {
            throw ClientError.badInput(
                "a clock 'poissonTick' needs --threshold, --poisson-mean and --tick-seconds, such as "
                    + "--threshold 0.08 --poisson-mean 20 --tick-seconds 5")
        }
        return .poissonTick(
            PoissonTick(
                threshold: threshold, mean: poissonMean, tickSeconds: tickSeconds, reading: reading ?? .count))
    }
}
