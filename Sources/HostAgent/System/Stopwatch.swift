/// Measures the parts of a step.
struct Stopwatch {
    private var begin = ContinuousClock.now

    /// Milliseconds since the last call, or since the beginning.
    mutating func lap() -> Double {
        let now = ContinuousClock.now
        defer { begin = now }
        return (now - begin) / .milliseconds(1)
    }
}
