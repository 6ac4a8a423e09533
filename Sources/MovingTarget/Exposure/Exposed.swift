import FleetModel

/// What the book keeps of a container.
struct Exposed: Sendable {
    /// The stay that the container is in.
    struct Stay: Sendable {
        let host: HostName
        let arrivedAt: Timestamp
        /// What the host's clock of shared time showed on arrival.
        let sharedOnArrival: Int64
    }

    /// A stay, with no more than is needed to tell it again.
    struct Visit: Sendable {
        let host: HostName
        let arrivedAt: Timestamp
        var leftAt: Timestamp?
    }

    /// How many visits are kept.
    static let visitLimit = 16

    let tenant: TenantName
    /// As whom the tenant counts.
    var party: Party
    /// A in milliseconds.
    var attackMilliseconds: Int64
    /// The number of how it is judged.
    var limits: Int32
    var stay: Stay?
    /// For how long a stranger was beside it in earlier stays.
    var milliseconds: Int64 = 0
    var ended = ExposureFigures()
    /// The same of each stranger, fading.
    var sums = StrangerSums()
    var residenceCount = 0
    /// The last stays, the newest last.
    var visits: [Visit] = []

    init(tenant: TenantName, party: Party, attackMilliseconds: Int64, limits: Int32) {
        self.tenant = tenant
        self.party = party
        self.attackMilliseconds = attackMilliseconds
        self.limits = limits
    }

    /// Whether this is its newest stay, over or not.
    func isNewest(_ residence: Residence) -> Bool {
        visits.last.map { $0.host == residence.host && $0.arrivedAt == residence.arrivedAt } ?? false
    }

    mutating func arrive(at host: HostName, _ time: Timestamp, sharedOnArrival: Int64) {
        stay = Stay(host: host, arrivedAt: time, sharedOnArrival: sharedOnArrival)
        residenceCount += 1
        if visits.count == Self.visitLimit { visits.removeFirst() }
        visits.append(Visit(host: host, arrivedAt: time))
    }

    /// The stay goes on, counted anew: as whom it counts has changed.
    mutating func goOn(at host: HostName, _ time: Timestamp, sharedOnArrival: Int64) {
        stay = Stay(host: host, arrivedAt: time, sharedOnArrival: sharedOnArrival)
        if let last = visits.indices.last { visits[last].leftAt = nil }
    }

    mutating func leave(at time: Timestamp) {
        stay = nil
        if let last = visits.indices.last { visits[last].leftAt = time }
    }
}
