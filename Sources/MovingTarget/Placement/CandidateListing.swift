/// Which of the hosts that can take a container a decision names.
public enum CandidateListing: String, Sendable, Hashable, CaseIterable {
    /// For the eye: all in a fleet of a hundred hosts, in a much larger one the likeliest, and the one that was drawn.
    case likeliest
    /// For the record: the likeliest, the least likely and the one that was drawn, and how all of them are spread.
    case ends
    /// Every one, however many there are.
    case all

    /// In a fleet of at most so many hosts all are looked at one by one, and named for the eye.
    static let fleetInFull = 128
    /// How many are named in a larger one.
    static let likeliestCount = 32
    /// How many are named for the record.
    static let (bestCount, worstCount) = (5, 3)
    /// How many of the hosts that cannot take the container are named, where not all of them are.
    static let exclusionCount = 16
}
