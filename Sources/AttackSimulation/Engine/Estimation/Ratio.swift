/// Sums over runs of two figures x and y, for an estimate of Σx/Σy: a mean where y is 1, a share of time or a rate where it
/// is a time.
struct Ratio: Sendable {
    private(set) var runs = 0.0
    private(set) var x = 0.0
    private(set) var y = 0.0
    private(set) var xx = 0.0
    private(set) var xy = 0.0
    private(set) var yy = 0.0

    /// No runs.
    init() {}

    /// The sums over so many runs of which some have x = 1, the others x = 0, and all y = 1.
    init(share count: Double, of runs: Double) {
        (self.runs, x, y) = (runs, count, runs)
        (xx, xy, yy) = (count, count, runs)
    }

    /// Adds a run.
    @inline(__always)
    mutating func add(_ x: Double, per y: Double = 1) {
        runs += 1
        self.x += x
        self.y += y
        xx += x * x
        xy += x * y
        yy += y * y
    }

    /// Adds other runs.
    mutating func add(_ other: Ratio) {
        runs += other.runs
        x += other.x
        y += other.y
        xx += other.xx
        xy += other.xy
        yy += other.yy
    }

    /// Σ (x − r·y)² over the runs.
    func squaredResiduals(of ratio: Double) -> Double { max(0, xx - 2 * ratio * xy + ratio * ratio * yy) }
}
