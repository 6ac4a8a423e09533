import FleetModel

extension Attackers {
    func validate(on fleet: SimulatedFleet) throws(SimulationError) {
        try validatePositions(on: fleet)
        if case .chase(let meanSeconds) = pursuit {
            try Scenario.check(
                meanSeconds, above: 0, upTo: Scenario.Limit.seconds, "attackers.pursuit.chase.meanSeconds")
        }
        try Scenario.check(tenants, in: 1...1000, "attackers.tenants")
    }

    private func validatePositions(on fleet: SimulatedFleet) throws(SimulationError) {
        let least = start == .beside ? 1 : 0
        switch positions {
        case .independent: try Scenario.check(count, in: least...1000, "attackers.count")
        case .distinct: try validateCount(from: least, on: fleet)
        case .mostVisited(let observedMoves):
            try validateCount(from: least, on: fleet)
            try Scenario.check(
                observedMoves, in: 1...Scenario.Limit.observedMoves, "attackers.positions.mostVisited.observedMoves")
        case .tenants(let tenants):
            let field = "attackers.positions.tenants"
            guard case .hosts(let hosts) = fleet else {
                throw .outOfRange(
                    field: field, detail: "need hosts that are given; a synthetic fleet has no such tenants")
            }
            guard !tenants.isEmpty else {
                throw .outOfRange(field: field, detail: "must be one tenant or more, are none")
            }
            let known = Set(hosts.flatMap(\.tenants))
            if let stranger = tenants.first(where: { !known.contains($0) }) {
                throw .outOfRange(field: field, detail: "must be tenants of the hosts, and no host has '\(stranger)'")
            }
        }
    }

    /// No two of them are on one host.
    private func validateCount(from least: Int, on fleet: SimulatedFleet) throws(SimulationError) {
        guard !(least...fleet.count).contains(count) else { return }
        let reason = least > 0 ? "so that one is beside the container and " : "so that "
        throw .outOfRange(
            field: "attackers.count",
            detail: "must be \(least) to \(fleet.count), \(reason)each has a host to itself, is \(count)")
    }
}
