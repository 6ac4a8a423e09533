import FleetModel

/// The attributes whose distances are known, with what each counts in its group. An attribute that an operator adds counts
/// 1 and is compared as a whole.
package enum AttributeCatalogue {
    /// An attribute.
    struct Entry: Sendable {
        let name: String
        let weight: Double
        let distance: AttributeDistance
    }

    /// What an attribute counts in its group.
    package static func weight(of name: String, in group: AttributeGroup) -> Double {
        entries(of: group).first { $0.name == name }?.weight ?? 1
    }

    /// What the known attributes of a group count together. One that is not there still counts in a pair's coverage.
    package static func weight(of group: AttributeGroup) -> Double {
        entries(of: group).reduce(0) { $0 + $1.weight }
    }

    /// Whether an attribute is one that agents find out.
    static func knows(_ name: String, in group: AttributeGroup) -> Bool {
        switch group {
        case .configuration: configurationNames.contains(name)
        case .network: networkNames.contains(name)
        case .services: serviceNames.contains(name)
        }
    }

    private static let configurationNames = Set(configuration.map(\.name))
    private static let networkNames = Set(network.map(\.name))
    private static let serviceNames = Set(services.map(\.name))

    /// The attributes of a group.
    static func entries(of group: AttributeGroup) -> [Entry] {
        switch group {
        case .configuration: configuration
        case .network: network
        case .services: services
        }
    }

    private static let configuration = [
        Entry(name: AttributeName.kernel, weight: 3, distance: .kernel),
        Entry(name: AttributeName.distribution, weight: 2, distance: .distribution),
        Entry(name: AttributeName.libc, weight: 1, distance: .product),
        Entry(name: AttributeName.processor, weight: 3, distance: .processor),
        Entry(name: AttributeName.mitigations, weight: 2, distance: .overlap),
        Entry(name: AttributeName.runtimes, weight: 2, distance: .versions),
        Entry(name: AttributeName.securityModules, weight: 1.0 / 3, distance: .overlap),
        Entry(name: AttributeName.cgroup, weight: 1.0 / 3, distance: .nominal),
        Entry(name: AttributeName.virtualization, weight: 1.0 / 3, distance: .nominal),
    ]

    private static let network = [
        Entry(name: AttributeName.subnets, weight: 2, distance: .subnets),
        Entry(name: AttributeName.driver, weight: 1, distance: .nominal),
        Entry(name: AttributeName.mode, weight: 1, distance: .nominal),
        Entry(name: AttributeName.firewall, weight: 1, distance: .halves),
        Entry(name: AttributeName.zone, weight: 1, distance: .nominal),
    ]

    private static let services = [
        Entry(name: AttributeName.listening, weight: 3, distance: .offers),
        Entry(name: AttributeName.daemons, weight: 1, distance: .overlap),
    ]
}
