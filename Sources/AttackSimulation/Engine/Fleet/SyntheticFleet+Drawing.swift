import FleetModel
import Glibc
import MovingTarget

extension SyntheticFleet {
    /// Draws the hosts.
    ///
    /// Attributes are such as operators add: they are compared as a whole and all count the same, so that the difference of
    /// two hosts is the weighted share of attributes in which they differ. Each stands in the profile under several names.
    /// Production says nothing of a difference when less than half of what could be known is, and counts what agents find
    /// out for that, which is missing here; the names make up for it and change no difference.
    func draw(using generator: inout Xoshiro256) -> [SimulatedHost] {
        let chances = (1...values).map { pow(Double($0), -skew) }
        let sum = chances.reduce(0, +)
        var profiles = Array(repeating: HostProfile(), count: hosts)
        for group in AttributeGroup.allCases {
            // A group without attributes is one in which nothing differs.
            let count = max(1, attributes(of: group))
            let names = Int((AttributeCatalogue.weight(of: group) / Double(count)).rounded(.up))
            for attribute in 0..<count {
                for host in profiles.indices {
                    let value = attributes(of: group) == 0 ? 0 : Self.draw(chances, sum, using: &generator)
                    for name in 0..<names { profiles[host][group]["drawn-\(attribute)-\(name)"] = .text("\(value)") }
                }
            }
        }
        var tenants = Array(repeating: [TenantName](), count: hosts)
        for number in 0..<bystanders {
            let tenant = TenantName(known: "bystander-\(number)")
            for _ in 0..<containersPerBystander { tenants[generator.index(below: hosts)].append(tenant) }
        }
        return profiles.indices.map { host in
            let name = HostName(known: "host-\(String(host + 10000).dropFirst())")
            return SimulatedHost(name: name, profile: profiles[host], tenants: tenants[host])
        }
    }

    private func attributes(of group: AttributeGroup) -> Int {
        switch group {
        case .configuration: configurationAttributes
        case .network: networkAttributes
        case .services: serviceAttributes
        }
    }

    private static func draw(_ chances: [Double], _ sum: Double, using generator: inout Xoshiro256) -> Int {
        var left = generator.uniform() * sum
        for (value, chance) in chances.enumerated() {
            left -= chance
            if left < 0 { return value }
        }
        return chances.count - 1
    }
}
