import FleetModel

/// One container's stay on this host: from its arrival until it leaves.
///
/// A container may come back to a host before what it left there has been removed, so everything that belongs to a
/// container on a host (directories, namespaces, control groups, interfaces) belongs to a stay and is named after it.
public struct Stay: Sendable, Hashable, Codable, CustomStringConvertible {
    /// The container.
    public let container: ContainerName
    /// The relocation that brought it here; `nil` when it was started here.
    public let arrival: RelocationID?

    /// A stay that begins with a relocation, or with the container's first start.
    public init(container: ContainerName, arrival: RelocationID?) {
        self.container = container
        self.arrival = arrival
    }

    /// `shop.12`, or `shop.0` for a first start: unique on the host, safe in paths. (Names hold no dots.)
    public var description: String { "\(container).\(arrival?.number ?? 0)" }
}
