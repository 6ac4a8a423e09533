/// How long an attack takes beside its victim, in seconds.
public enum AttackDuration: Sendable, Hashable {
    /// Always the same.
    case fixed(seconds: Double)
    /// Gamma: `shape` 1 is exponential, and the larger it is, the more alike all attacks are.
    case gamma(shape: Double, mean: Double)
    /// Even in its logarithm.
    case logUniform(from: Double, to: Double)
    /// The logarithm is normal with this standard deviation; `median` in seconds.
    case lognormal(median: Double, deviation: Double)
    /// No attack ever finishes: only what happens is of interest.
    case never
}
