import FleetModel

/// The place of an alarm that stands in the list of alarms: the oldest first.
package struct AlarmPlace: Sendable, Hashable, Comparable {
    /// When it was raised.
    package var raisedAt: Timestamp
    /// What it is about.
    package var key: AlarmKey

    /// The place of an alarm.
    package init(raisedAt: Timestamp, key: AlarmKey) {
        self.raisedAt = raisedAt
        self.key = key
    }

    /// Older, or of the same age and before it by name.
    package static func < (left: Self, right: Self) -> Bool {
        (left.raisedAt, left.key.subject, left.key.kind.rawValue)
            < (right.raisedAt, right.key.subject, right.key.kind.rawValue)
    }
}

/// The place of a container that could be adopted in the list of those: by host, then by name.
package struct AdoptablePlace: Sendable, Hashable, Comparable {
    /// The host it runs on.
    package var host: HostName
    /// What it is called there.
    package var name: String
    /// What tells it from others of its host.
    package var id: String

    /// The place of a container.
    package init(host: HostName, name: String, id: String) {
        self.host = host
        self.name = name
        self.id = id
    }

    /// Before it by host, name and number.
    package static func < (left: Self, right: Self) -> Bool {
        (left.host, left.name, left.id) < (right.host, right.name, right.id)
    }
}

extension Alarm {
    /// Where it stands in the list of alarms.
    package var place: AlarmPlace { AlarmPlace(raisedAt: raisedAt, key: key) }
}

extension Host {
    /// Where the containers that could be adopted stand in the list of those, in its order.
    package var adoptablePlaces: [AdoptablePlace] {
        (adoptable ?? []).map { AdoptablePlace(host: name, name: $0.name, id: $0.id) }.sorted()
    }
}
