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
    /// A in milliseconds.
    var attackMilliseconds: Int64
    var stay: Stay?
    /// For how long a stranger was beside it in earlier stays.
    var milliseconds: Int64 = 0
    var ended = ExposureFigures()
    var residenceCount = 0
    /// The last stays, the newest last.
    var visits: [Visit] = []

    init(tenant: TenantName, attackMilliseconds: Int64) {
        self.tenant = tenant
        self.attackMilliseconds = attackMilliseconds
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

    mutating func leave(at time: Timestamp) {
        stay = nil
        if let last = visits.indices.last { visits[last].leftAt = time }
    }
}
