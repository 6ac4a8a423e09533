/// What ends a container's stay on its host.
///
/// T is the threshold, above 0 and below 1; A = 1/λ is the policy's assumed attack time; t* = −ln(1 − T)·A. All but
/// `poissonTick` read the paper's equations 3.1 and 3.2 as a deadline: the probability that at least one attack has
/// finished since the arrival, 1 − e^(−λt), may not exceed T.
public enum ClockModel: Sendable, Hashable {
    /// The paper's clock: every stay lasts t*. Whoever has seen two moves knows all later ones.
    case deadline(threshold: Double)
    /// The recommended clock: the stay ends when 1 − e^(−λt) exceeds U, drawn evenly from 0 to T. That is an exponential
    /// stay cut off at t*: bounded, and not predictable.
    case jittered(threshold: Double)
    /// A Poisson process of alarms with rate λ: the stay is exponential with mean A, and has no bound of its own.
    case exponential
    /// The same, ended at t* at the latest; the mean is T·A.
    case cappedExponential(threshold: Double)
    /// The paper's printed form, P(X = k) > T.
    case poissonTick(PoissonTick)
    /// Every stay lasts `seconds`, less a random part of up to `jitter` of them, 0 to below 1.
    case periodic(seconds: Double, jitter: Double)
    /// Containers stay where they are.
    case `static`

    /// T, where the clock has a deadline t*.
    public var deadlineThreshold: Double? {
        switch self {
        case .deadline(let threshold), .jittered(let threshold), .cappedExponential(let threshold): threshold
        case .exponential, .poissonTick, .periodic, .static: nil
        }
    }

    /// The clock's name.
    public var name: Name {
        switch self {
        case .deadline: .deadline
        case .jittered: .jittered
        case .exponential: .exponential
        case .cappedExponential: .cappedExponential
        case .poissonTick: .poissonTick
        case .periodic: .periodic
        case .static: .static
        }
    }

    /// What clocks are called.
    public enum Name: String, Codable, Sendable, CaseIterable {
        case deadline, jittered, exponential, cappedExponential, poissonTick, periodic
        case `static`
    }

    /// Checks the ranges.
    /// - Throws: `ModelError.outOfRange`.
    public func validate() throws {
        switch self {
        case .deadline(let threshold), .jittered(let threshold), .cappedExponential(let threshold):
            try Self.check(threshold: threshold)
        case .poissonTick(let tick): try tick.validate()
        case .periodic(let seconds, let jitter):
            try Policy.check(seconds, in: 1...DwellBounds.longestSeconds, "clock.seconds")
            guard jitter >= 0, jitter < 1 else {
                throw ModelError.outOfRange(
                    field: "clock.jitter", detail: "must be at least 0 and below 1, is \(jitter)")
            }
        case .exponential, .static: break
        }
    }

    static func check(threshold: Double) throws {
        guard threshold > 0, threshold < 1 else {
            throw ModelError.outOfRange(
                field: "clock.threshold", detail: "must be above 0 and below 1, is \(threshold)")
        }
    }
}

/// The paper's printed clock: at each tick it compares a Poisson probability with the threshold.
public struct PoissonTick: Sendable, Hashable {
    /// What k in P(X = k) is.
    public enum Reading: String, Codable, Sendable, CaseIterable {
        /// The number of ticks since the arrival. The stay is the same each time.
        case count
        /// A number drawn anew at each tick. The stay is geometric.
        case draw
    }

    /// T, above 0 and below 1. At or above the largest Poisson probability the clock never fires.
    public var threshold: Double
    /// The mean of the Poisson distribution, above 0 and at most 10,000.
    public var mean: Double
    /// The time between ticks in seconds, 0.1 to a day.
    public var tickSeconds: Double
    /// What k is.
    public var reading: Reading

    /// A clock of ticks.
    public init(threshold: Double, mean: Double, tickSeconds: Double, reading: Reading = .count) {
        self.threshold = threshold
        self.mean = mean
        self.tickSeconds = tickSeconds
        self.reading = reading
    }

    /// Checks the ranges.
    /// - Throws: `ModelError.outOfRange`.
    public func validate() throws {
        try ClockModel.check(threshold: threshold)
        guard mean > 0, mean <= 10_000 else {
            throw ModelError.outOfRange(field: "clock.mean", detail: "must be above 0 and at most 10000, is \(mean)")
        }
        try Policy.check(tickSeconds, in: 0.1...86400, "clock.tickSeconds")
    }
}

extension ClockModel: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case model, threshold, mean, tickSeconds, reading, seconds, jitter
        /// Where the rate of attacks was before clocks could be chosen; `Policy` reads it.
        case attacksPerSecond
    }

    private static func keys(of name: Name) -> [CodingKeys] {
        switch name {
        case .deadline, .jittered, .cappedExponential: [.model, .threshold, .attacksPerSecond]
        case .exponential: [.model, .attacksPerSecond]
        case .poissonTick: [.model, .threshold, .mean, .tickSeconds, .reading]
        case .periodic: [.model, .seconds, .jitter]
        case .static: [.model]
        }
    }

    /// Decodes a clock; without `model` it is a deadline.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.fields(of: CodingKeys.self)
        let name = try fields.value(.model, or: Name.deadline)
        try fields.refuseOthers(than: Self.keys(of: name), of: "a clock '\(name.rawValue)'")
        switch name {
        case .deadline: self = .deadline(threshold: try fields.decode(Double.self, forKey: .threshold))
        case .jittered: self = .jittered(threshold: try fields.decode(Double.self, forKey: .threshold))
        case .exponential: self = .exponential
        case .cappedExponential:
            self = .cappedExponential(threshold: try fields.decode(Double.self, forKey: .threshold))
        case .poissonTick:
            self = .poissonTick(
                PoissonTick(
                    threshold: try fields.decode(Double.self, forKey: .threshold),
                    mean: try fields.decode(Double.self, forKey: .mean),
                    tickSeconds: try fields.decode(Double.self, forKey: .tickSeconds),
                    reading: try fields.value(.reading, or: .count)))
        case .periodic:
            self = .periodic(
                seconds: try fields.decode(Double.self, forKey: .seconds), jitter: try fields.value(.jitter, or: 0))
        case .static: self = .static
        }
    }

    /// Encodes the clock with its name as `model`.
    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(name, forKey: .model)
        switch self {
        case .deadline(let threshold), .jittered(let threshold), .cappedExponential(let threshold):
            try fields.encode(threshold, forKey: .threshold)
        case .poissonTick(let tick):
            try fields.encode(tick.threshold, forKey: .threshold)
            try fields.encode(tick.mean, forKey: .mean)
            try fields.encode(tick.tickSeconds, forKey: .tickSeconds)
            try fields.encode(tick.reading, forKey: .reading)
        case .periodic(let seconds, let jitter):
            try fields.encode(seconds, forKey: .seconds)
            try fields.encode(jitter, forKey: .jitter)
        case .exponential, .static: break
        }
    }
}
