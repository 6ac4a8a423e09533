import FleetModel
import HashTreeCollections

/// Addresses that were released, and rest before anybody gets them again, so that nobody who still knows one reaches
/// somebody else's container.
package struct AddressQuarantine: Sendable {
    /// Ten minutes.
    package static let seconds = 600.0

    private var ends: TreeDictionary<IPv4Address, Timestamp> = [:]
    /// The same by the minute of their end, so that those whose time is over are found without a look at the others.
    private var minutes: TreeDictionary<Int64, TreeSet<IPv4Address>> = [:]

    /// With what is known after a start.
    package init(_ ends: [IPv4Address: Timestamp] = [:]) {
        for (address, end) in ends { add(address, until: end) }
    }

    /// How many addresses are remembered; the time of some may be over.
    package var count: Int { ends.count }

    /// Until when an address rests; `nil` when it does not.
    package func end(of address: IPv4Address, at now: Timestamp) -> Timestamp? {
        ends[address].flatMap { $0 > now ? $0 : nil }
    }

    /// Lets an address rest.
    package mutating func add(_ address: IPv4Address, until end: Timestamp) {
        if let earlier = ends.updateValue(end, forKey: address) { minutes[Self.minute(earlier)]?.remove(address) }
        minutes[Self.minute(end), default: []].insert(address)
    }

    /// Forgets those whose time is over, but for the last minute.
    package mutating func forget(before now: Timestamp) {
        for minute in minutes.keys where minute < Self.minute(now) {
            for address in minutes.removeValue(forKey: minute) ?? [] { ends[address] = nil }
        }
    }

    private static func minute(_ time: Timestamp) -> Int64 { time.milliseconds / 60_000 }
}
