import FleetModel

/// That a container which somebody started is to become the fleet's: `POST /v1/hosts/{host}/adopt`.
public struct AdoptionBody: JSONBody {
    /// Its name or id on the host.
    public var container: String
    /// Its name in the fleet; `nil` for the same.
    public var name: ContainerName?
    /// The ports that clients are to reach.
    public var ports: [PortBody]?
    /// Its policy; `nil` for its tenant's.
    public var policy: PolicyName?

    private enum CodingKeys: String, CodingKey, CaseIterable { case container, name, ports, policy }

    /// The names of the fields that the body may have.
    public static var fieldNames: [String] { CodingKeys.allCases.map(\.rawValue) }

    /// An adoption.
    public init(
        container: String, name: ContainerName? = nil, ports: [PortBody]? = nil, policy: PolicyName? = nil
    ) {
        self.container = container
        self.name = name
        self.ports = ports
        self.policy = policy
    }
}
