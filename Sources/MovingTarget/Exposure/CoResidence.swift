import FleetModel

/// A time in which a container was beside a tenant, or a group: both were on one host, without a gap.
public struct CoResidence: Sendable, Hashable {
    /// The container.
    public var container: ContainerName
    /// The tenant or group beside whose containers it was; never its own.
    public var stranger: Party
    /// Where.
    public var host: HostName
    /// When the later of the two came.
    public var since: Timestamp
    /// When the container or the tenant's last container left; `nil` while it goes on.
    public var until: Timestamp?

    /// A co-residence.
    public init(
        container: ContainerName, stranger: Party, host: HostName, since: Timestamp, until: Timestamp? = nil
    ) {
        self.container = container
        self.stranger = stranger
        self.host = host
        self.since = since
        self.until = until
    }

    /// How long it lasted, or has lasted by then, in seconds.
    public func seconds(at now: Timestamp) -> Double { milliseconds(at: now).inSeconds }

    func milliseconds(at now: Timestamp) -> Int64 { since.milliseconds(to: until ?? now) }

    /// Whether it lasted longer than another one. Of two that lasted equally long the one that began first counts as
    /// longer, then names decide, so that the longest does not depend on the order of looking.
    func isLonger(than other: CoResidence?, at now: Timestamp) -> Bool {
        guard let other else { return true }
        let (mine, others) = (milliseconds(at: now), other.milliseconds(at: now))
        guard mine == others else { return mine > others }
        return (since, container, stranger) < (other.since, other.container, other.stranger)
    }
}

extension Timestamp {
    /// Milliseconds from this instant to a later one; 0 when the other is earlier, as after a clock was put back.
    func milliseconds(to later: Timestamp) -> Int64 { max(0, later.milliseconds - milliseconds) }
}

extension Int64 {
    /// This number of milliseconds in seconds.
    var inSeconds: Double { Double(self) / 1000 }
}
