import FleetModel

extension SimulatedFleet {
    /// How many hosts there are.
    public var count: Int {
        switch self {
        case .synthetic(let fleet): fleet.hosts
        case .hosts(let hosts): hosts.count
        }
    }

    func validate() throws(SimulationError) {
        switch self {
        case .synthetic(let fleet): try fleet.validate()
        case .hosts(let hosts):
            guard (2...Scenario.Limit.hosts).contains(hosts.count) else {
                throw .outOfRange(
                    field: "fleet.hosts", detail: "must be 2 to \(Scenario.Limit.hosts) hosts, are \(hosts.count)")
            }
            var names: Set<HostName> = []
            for (place, host) in hosts.enumerated() where !names.insert(host.name).inserted {
                throw .outOfRange(
                    field: "fleet.hosts[\(place)].name",
                    detail: "must be a name of its own, and '\(host.name)' is taken")
            }
        }
    }
}

extension SyntheticFleet {
    func validate() throws(SimulationError) {
        for (field, value, range) in [
            ("hosts", hosts, 2...Scenario.Limit.hosts), ("configurationAttributes", configurationAttributes, 0...32),
            ("networkAttributes", networkAttributes, 0...32), ("serviceAttributes", serviceAttributes, 0...32),
            ("values", values, 1...1000), ("bystanders", bystanders, 0...1000),
            ("containersPerBystander", containersPerBystander, 1...100),
        ] { try Scenario.check(value, in: range, "fleet.synthetic.\(field)") }
        try Scenario.check(skew, in: 0...10, "fleet.synthetic.skew")
    }
}
