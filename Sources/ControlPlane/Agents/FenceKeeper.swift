import FleetCore
import FleetModel

/// Has the gateway cut off what is to be cut off, and nothing else.
///
/// Each order says all of it, so that none depends on an earlier one. What was confirmed counts only if nobody else has asked
/// meanwhile: of two orders under way nobody knows which came last.
actor FenceKeeper {
    private let fleet: Fleet
    private let agents: AgentRegistry
    private var confirmed: Set<IPv4Address>?
    private var underWay = 0
    private var asked = 0

    init(fleet: Fleet, agents: AgentRegistry) {
        self.fleet = fleet
        self.agents = agents
    }

    /// Whether the gateway was last told what is to be.
    var isUpToDate: Bool { confirmed == fleet.snapshot.fencedAddresses }

    /// Tells the gateway.
    /// - Returns: what is cut off; `nil` when somebody else has told it meanwhile.
    /// - Throws: `FleetError` when there is no gateway, or it gives no answer.
    @discardableResult
    func tell() async throws(FleetError) -> Set<IPv4Address>? {
        asked += 1
        let number = asked
        let isAlone = underWay == 0
        underWay += 1
        defer { underWay -= 1 }
        confirmed = nil
        let state = fleet.snapshot
        guard let gateway = state.gateway else { throw .conflict("no gateway has enrolled") }
        let wanted = state.fencedAddresses
        _ = try await agents.ask(
            .fence(FenceOrder(addresses: wanted.sorted())), id: .fresh("fence", "fence"), of: gateway.name,
            timeout: .seconds(5))
        guard isAlone, asked == number else { return nil }
        confirmed = wanted
        return wanted
    }
}

extension AgentRegistry {
    /// Has the gateway forget where addresses are that were cut off, before it lets them pass again: whatever may still run
    /// under them, nobody is led there.
    /// - Throws: `FleetError.agent` when the gateway does not do it.
    func unroute(_ addresses: [IPv4Address], at gateway: HostName?) async throws(FleetError) {
        guard let gateway, !addresses.isEmpty else { return }
        _ = try await ask(
            .unroute(UnrouteOrder(addresses: addresses)), id: .fresh("fence", "unroute"), of: gateway,
            timeout: .seconds(10))
    }
}
