import FleetCore
import FleetModel
import Logging

/// Tells a gateway that has enrolled what it must know: one that was rebooted has forgotten all routes and virtual
/// addresses. For one that has only lost its link it changes nothing.
struct GatewayMemory: Sendable {
    let fleet: Fleet
    let agents: AgentRegistry
    let fences: FenceKeeper
    let logger: Logger

    /// Repeats what is cut off, and then every container's routes and virtual address.
    ///
    /// Containers that are being moved are left to their relocation, whose orders would otherwise be overtaken by older
    /// ones.
    func restore(to gateway: HostName) async {
        do {
            try await fences.tell()
        } catch {
            // It is told again by whoever keeps the fence.
            logger.warning("cannot tell the gateway what is cut off", metadata: ["error": "\(error)"])
        }
        let state = fleet.snapshot
        for container in state.containers.values where container.state == .running {
            for order in orders(for: container, in: state) {
                guard fleet.snapshot.containers[container.name] == container else { break }
                do {
                    _ = try await agents.ask(
                        order, id: .fresh("container-\(container.name)", "refresh"), of: gateway, timeout: .seconds(10))
                } catch {
                    logger.warning("cannot refresh the gateway", metadata: ["error": "\(error)"])
                }
            }
        }
    }

    private func orders(for container: Container, in state: FleetState) -> [AgentOrder] {
        guard let host = container.host.flatMap({ state.hosts[$0] }), let address = container.address else { return [] }
        let routes = AgentOrder.route(RouteOrder(addresses: [address] + container.retainedAddresses, via: host.address))
        guard let virtualAddress = container.virtualAddress else { return [routes] }
        let announcement = AnnounceOrder(
            virtualAddress: virtualAddress, address: address, via: host.address, ports: container.spec.ports)
        return [routes, .announce(announcement)]
    }
}
