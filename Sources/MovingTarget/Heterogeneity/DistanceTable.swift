import FleetModel

/// The distances of all pairs of a set of different profiles. A fleet has few: hosts that were set up alike share one.
public final class DistanceTable: Sendable {
    /// The profiles.
    public let profiles: [HostProfile]
    private let distances: [HostDistance]

    /// The table of no profiles.
    public convenience init() { self.init(profiles: [], distances: []) }

    private init(profiles: [HostProfile], distances: [HostDistance]) {
        self.profiles = profiles
        self.distances = distances
    }

    /// The table with one profile more, which gets the next number.
    public func adding(_ profile: HostProfile) -> DistanceTable {
        let count = profiles.count
        var all: [HostDistance] = []
        all.reserveCapacity((count + 1) * (count + 1))
        let row = profiles.map { HostDistance($0, profile) }
        for number in 0..<count {
            all += distances[number * count..<(number + 1) * count]
            all.append(row[number])
        }
        all += row
        all.append(HostDistance(profile, profile))
        return DistanceTable(profiles: profiles + [profile], distances: all)
    }

    /// The distance of two profiles by their numbers.
    public subscript(left: Int, right: Int) -> HostDistance { distances[left * profiles.count + right] }
}
