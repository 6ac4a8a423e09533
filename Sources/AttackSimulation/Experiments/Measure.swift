/// A figure of an `Outcome`.
public enum Measure: String, Codable, Sendable, CaseIterable {
    case resisted, survival, secondsToSuccess, successesPerHour, besideSeconds, besideShare, movesPerHour, moves
    case downtimeShare, distinctHosts, favouriteShare, entropyShare, moveDifference

    /// The figure; `nil` where the outcome has none.
    public func estimate(in outcome: Outcome) -> Estimate? {
        switch self {
        case .resisted: outcome.resisted
        case .survival: outcome.survival
        case .secondsToSuccess: outcome.secondsToSuccess
        case .successesPerHour: outcome.successesPerHour
        case .besideSeconds: outcome.besideSeconds
        case .besideShare: outcome.besideShare
        case .movesPerHour: outcome.movesPerHour
        case .moves: outcome.moves
        case .downtimeShare: outcome.downtimeShare
        case .distinctHosts: outcome.distinctHosts
        case .favouriteShare: outcome.favouriteShare
        case .entropyShare: outcome.entropyShare
        case .moveDifference: outcome.moveDifference
        }
    }

    /// Whether it lies between 0 and 1 and is read in percent.
    public var isShare: Bool {
        switch self {
        case .resisted, .survival, .besideShare, .downtimeShare, .favouriteShare, .entropyShare: true
        case .secondsToSuccess, .successesPerHour, .besideSeconds, .movesPerHour, .moves, .distinctHosts,
            .moveDifference:
            false
        }
    }
}
