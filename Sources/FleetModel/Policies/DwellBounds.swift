/// The shortest and longest stay of a container on a host, whatever the clock says. They do not bind moves that somebody
/// asks for.
public struct DwellBounds: Codable, Sendable, Hashable {
    /// The longest time that any bound may have: a year.
    public static let longestSeconds: Double = 365 * 86400

    /// A stay lasts at least so many seconds; `nil` for a few times what a move takes.
    public var minSeconds: Double?
    /// A stay lasts at most so many seconds; `nil` for no bound but the clock's own.
    public var maxSeconds: Double?

    /// Bounds.
    public init(minSeconds: Double? = nil, maxSeconds: Double? = nil) {
        self.minSeconds = minSeconds
        self.maxSeconds = maxSeconds
    }

    /// Checks the ranges.
    /// - Throws: `ModelError.outOfRange`.
    public func validate() throws {
        if let minSeconds { try Policy.check(minSeconds, in: 0...Self.longestSeconds, "dwell.minSeconds") }
        if let maxSeconds { try Policy.check(maxSeconds, in: 1...Self.longestSeconds, "dwell.maxSeconds") }
        if let minSeconds, let maxSeconds, minSeconds > maxSeconds {
            throw ModelError.outOfRange(
                field: "dwell.minSeconds", detail: "must be at most maxSeconds (\(maxSeconds)), is \(minSeconds)")
        }
    }
}

extension DwellBounds {
    private enum CodingKeys: String, CodingKey, CaseIterable { case minSeconds, maxSeconds }

    /// Decodes bounds; what is left out or `null` is no bound.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.fields(of: CodingKeys.self)
        minSeconds = try fields.decodeIfPresent(Double.self, forKey: .minSeconds)
        maxSeconds = try fields.decodeIfPresent(Double.self, forKey: .maxSeconds)
    }

    /// Encodes the bounds, missing ones as `null`.
    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(minSeconds, forKey: .minSeconds)
        try fields.encode(maxSeconds, forKey: .maxSeconds)
    }
}
