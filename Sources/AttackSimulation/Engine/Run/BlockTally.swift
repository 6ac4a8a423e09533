/// What came of a block of runs, in sums.
struct BlockTally: Sendable {
    /// How many instants the curve of survival has.
    static let curvePoints = 20

    private(set) var runs = 0
    private(set) var survival = Ratio()
    private(set) var resisted = Ratio()
    private(set) var secondsToSuccess = Ratio()
    private(set) var successes = Ratio()
    private(set) var besideSeconds = Ratio()
    private(set) var besideShare = Ratio()
    private(set) var movesPerSecond = Ratio()
    private(set) var moves = Ratio()
    private(set) var distinctHosts = Ratio()
    private(set) var favouriteShare = Ratio()
    private(set) var entropyShare = Ratio()
    private(set) var moveDifference = Ratio()
    /// How many runs' first success was by each instant of the curve and after the one before it.
    private(set) var succeededBy = Array(repeating: 0, count: curvePoints)

    /// Adds a run.
    /// - Parameter horizon: The end of the curve in seconds; `nil` for none.
    mutating func add(_ run: RunRecord, horizon: Double?) {
        runs += 1
        survival.add(run.firstSuccess == nil ? 1 : 0)
        resisted.add(Double(run.resisted), per: Double(run.attempts))
        secondsToSuccess.add(run.firstSuccess ?? run.seconds)
        successes.add(Double(run.successes), per: run.seconds)
        besideSeconds.add(run.besideSeconds)
        besideShare.add(run.besideSeconds, per: run.seconds)
        movesPerSecond.add(Double(run.moves), per: run.seconds)
        moves.add(Double(run.moves))
        distinctHosts.add(Double(run.distinctHosts))
        if run.arrivals > 0 { favouriteShare.add(Double(run.favouriteArrivals) / Double(run.arrivals)) }
        entropyShare.add(run.entropyShare, per: Double(run.entropyShares))
        moveDifference.add(run.difference, per: Double(run.differences))
        if let horizon, let success = run.firstSuccess {
            let place = (success / horizon * Double(Self.curvePoints)).rounded(.up)
            succeededBy[min(max(Int(place) - 1, 0), Self.curvePoints - 1)] += 1
        }
    }
}
