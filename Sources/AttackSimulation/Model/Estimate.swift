/// A figure that was estimated from runs, with its 95 % interval.
public struct Estimate: Codable, Sendable, Hashable {
    /// The estimate.
    public var value: Double
    /// The interval's lower end.
    public var low: Double
    /// The interval's upper end.
    public var high: Double

    /// A figure with its interval.
    public init(value: Double, low: Double, high: Double) {
        self.value = value
        self.low = low
        self.high = high
    }
}
