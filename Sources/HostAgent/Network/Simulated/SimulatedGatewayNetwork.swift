import FleetModel
import Synchronization

/// A gateway's network that only remembers what it was told.
public final class SimulatedGatewayNetwork: GatewayNetwork {
    /// What a gateway knows.
    public struct State: Sendable, Hashable {
        /// The host through which each address is routed.
        public var routes: [IPv4Address: IPv4Address] = [:]
        /// What was last announced of each virtual address.
        public var announced: [IPv4Address: AnnounceOrder] = [:]
        /// The host to which new connections to an address are sent, where that is another than all others.
        public var hushed: [IPv4Address: IPv4Address] = [:]
        /// The host to which each parted connection is sent.
        public var parted: [TCPConnection: IPv4Address] = [:]
        /// What is cut off.
        public var fenced: Set<IPv4Address> = []
    }

    private let state = Mutex(State())

    /// A gateway that knows nothing yet.
    public init() {}

    /// What the gateway knows now.
    public var snapshot: State { state.withLock { $0 } }

    /// See `GatewayNetwork`.
    public func route(_ addresses: [IPv4Address], via host: IPv4Address) async throws(StepFailure) {
        state.withLock { state in
            for address in addresses {
                state.routes[address] = host
                state.hushed[address] = nil
            }
        }
    }

    /// See `GatewayNetwork`.
    public func hush(_ addresses: [IPv4Address], via host: IPv4Address) async throws(StepFailure) {
        state.withLock { state in
            for address in addresses { state.hushed[address] = host }
        }
    }

    /// See `GatewayNetwork`.
    public func part(_ connections: [TCPConnection], via host: IPv4Address) async throws(StepFailure) {
        state.withLock { state in
            for connection in connections { state.parted[connection] = host }
        }
    }

    /// See `GatewayNetwork`.
    public func announce(_ order: AnnounceOrder) async throws(StepFailure) {
        state.withLock { state in
            state.routes[order.address] = order.via
            state.announced[order.virtualAddress] = order
        }
    }

    /// See `GatewayNetwork`.
    public func remember(_ order: RememberOrder) async throws(StepFailure) {
        for routes in order.routes { try await route(routes.addresses, via: routes.via) }
        for announcement in order.announcements { try await announce(announcement) }
    }

    /// See `GatewayNetwork`.
    public func withdraw(_ order: WithdrawOrder) async throws(StepFailure) {
        state.withLock { state in
            if let address = order.virtualAddress { state.announced[address] = nil }
            for address in order.addresses { state.routes[address] = nil }
        }
    }

    /// See `GatewayNetwork`.
    public func unroute(_ addresses: [IPv4Address]) async throws(StepFailure) {
        state.withLock { state in
            for address in addresses { state.routes[address] = nil }
        }
    }

    /// See `GatewayNetwork`.
    public func fence(_ addresses: [IPv4Address]) async throws(StepFailure) {
        state.withLock { $0.fenced = Set(addresses) }
    }
}
