/// For how long a container may have been beside others in sum before an alarm stands.
///
/// An attack that goes on where it left off needs no unbroken stay. So the time beside others is added up, each second
/// weighted with e^(−age/window): S(t) = ∫ b(s)·e^(−(t−s)/m) ds with b(s) = 1 while they were beside it, and 0 otherwise.
/// All of it is in units of A, the assumed attack time, so that the rules fit any.
public struct ExposureRules: Codable, Sendable, Hashable {
    /// m in units of A: of a second that long ago 1/e counts. 1 to 1000. A sum never reaches it.
    public var windowFactor: Double
    /// How long beside one tenant, or one group, counts as too long, in units of A, above 0 and below `windowFactor`;
    /// `nil` for no limit.
    public var groupFactor: Double?
    /// How long beside strangers, whoever they are, counts as too long, in units of A, above 0 and below `windowFactor`;
    /// `nil` for no limit. It is what an attacker has had who is on all hosts under several names.
    public var strangersFactor: Double?

    /// Rules. With the defaults an alarm stands when a container spends more than a fifth of its time beside one tenant, or
    /// more than half of it beside anybody.
    public init(windowFactor: Double = 10, groupFactor: Double? = 2, strangersFactor: Double? = 5) {
        self.windowFactor = windowFactor
        self.groupFactor = groupFactor
        self.strangersFactor = strangersFactor
    }

    /// Checks the ranges.
    /// - Throws: `ModelError.outOfRange`.
    public func validate() throws {
        try Policy.check(windowFactor, in: 1...1000, "exposure.windowFactor")
        for (field, factor) in [("groupFactor", groupFactor), ("strangersFactor", strangersFactor)] {
            guard let factor, !(factor > 0 && factor < windowFactor) else { continue }
            throw ModelError.outOfRange(
                field: "exposure.\(field)",
                detail: "must be above 0 and below exposure.windowFactor, which is \(windowFactor) and which no sum "
                    + "reaches, is \(factor); null switches the alarm off")
        }
    }
}

extension ExposureRules {
    private enum CodingKeys: String, CodingKey, CaseIterable { case windowFactor, groupFactor, strangersFactor }

    /// Decodes rules; what is left out has its default, and null is no limit.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.fields(of: CodingKeys.self)
        let defaults = ExposureRules()
        windowFactor = try fields.value(.windowFactor, or: defaults.windowFactor)
        groupFactor = try fields.valueOrNone(.groupFactor, or: defaults.groupFactor)
        strangersFactor = try fields.valueOrNone(.strangersFactor, or: defaults.strangersFactor)
    }

    /// Encodes the rules, missing limits as `null`.
    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(windowFactor, forKey: .windowFactor)
        try fields.encode(groupFactor, forKey: .groupFactor)
        try fields.encode(strangersFactor, forKey: .strangersFactor)
    }
}
