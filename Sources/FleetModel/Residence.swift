/// A container's stay on a host, from its arrival until it left or stopped running.
public struct Residence: Codable, Sendable, Hashable {
    /// The container.
    public var container: ContainerName
    /// Whose it is.
    public var tenant: TenantName
    /// The host.
    public var host: HostName
    /// When it arrived.
    public var arrivedAt: Timestamp
    /// When it left; `nil` while it is there.
    public var leftAt: Timestamp?

    /// A stay.
    public init(
        container: ContainerName, tenant: TenantName, host: HostName, arrivedAt: Timestamp, leftAt: Timestamp? = nil
    ) {
        self.container = container
        self.tenant = tenant
        self.host = host
        self.arrivedAt = arrivedAt
        self.leftAt = leftAt
    }
}

extension Container {
    /// The stay that the container is in; `nil` while it runs nowhere.
    ///
    /// While it moves it counts as being where it was: its memory is there until the destination runs it.
    public var residence: Residence? {
        guard let host, let arrivedAt else { return nil }
        switch state {
        case .running, .relocating, .stopping, .removing:
            return Residence(container: name, tenant: spec.tenant, host: host, arrivedAt: arrivedAt)
        case .starting, .stopped, .stranded, .failed, .lost: return nil
        }
    }
}
