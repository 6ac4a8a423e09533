import FleetCore
import FleetModel
import Logging

/// Tells a gateway that has enrolled what it must know: one that was rebooted has forgotten all routes and virtual
/// addresses. For one that has only lost its link it changes nothing.
struct GatewayMemory: Sendable {
    /// How many containers it is told of at once. The gateway takes them in one transaction, and moves' orders wait for it.
    static let most = 256

    let fleet: Fleet
    let agents: AgentRegistry
    let fences: FenceKeeper
    let logger: Logger

    /// Repeats what is cut off, and then every container's routes and virtual address, as long as the session lasts.
    ///
    /// Containers that are being moved or started are left to who does that, whose orders would otherwise be overtaken by
    /// older ones, and come last. So do those that began to move before the gateway had done what it was told of them.
    func restore(to gateway: HostName, in session: Int64) async {
        do {
            try await fences.tell()
        } catch {
            // It is told again by whoever keeps the fence.
            logger.warning("cannot tell the gateway what is cut off", metadata: ["error": "\(error)"])
        }
        var names = Array(fleet.snapshot.index.containers)
        while !names.isEmpty {
            var later: [ContainerName] = []
            for start in stride(from: 0, to: names.count, by: Self.most) {
                guard case .present = agents.check(session, of: gateway), !Task.isCancelled else { return }
                later += await tell(names[start..<min(names.count, start + Self.most)], to: gateway)
            }
            names = later
            // Cancelled is noticed above.
            if !names.isEmpty { try? await Task.sleep(for: .milliseconds(500)) }
        }
    }

    /// Tells the gateway where containers are.
    /// - Returns: those of which it has to be told later.
    private func tell(_ names: ArraySlice<ContainerName>, to gateway: HostName) async -> [ContainerName] {
        let state = fleet.snapshot
        let containers = names.compactMap { state.containers[$0] }
        await tell(containers.filter { $0.state == .running }[...], in: state, to: gateway)
        let after = fleet.snapshot
        return containers.filter { container in
            switch container.state {
            case .starting, .relocating: true
            case .running: after.containers[container.name].map { $0 != container } ?? false
            case .stopping, .stopped, .removing, .stranded, .failed, .lost: false
            }
        }.map(\.name)
    }

    /// One that the gateway cannot take must not keep the others from it: what fails is told again in halves.
    private func tell(_ containers: ArraySlice<Container>, in state: FleetState, to gateway: HostName) async {
        guard let order = RememberOrder(containers, in: state) else { return }
        do throws(FleetError) {
            _ = try await agents.ask(
                .remember(order), id: .fresh("gateway", "refresh"), of: gateway, timeout: .seconds(30))
        } catch {
            // Nobody who does not answer, or does not know the order, will take a part of it.
            guard containers.count > 1, case .agent(_, let failure) = error,
                failure.code != .unreachable, failure.code != .invalidOrder
            else {
                return logger.warning("cannot refresh the gateway", metadata: ["error": "\(error)"])
            }
            let middle = containers.startIndex + containers.count / 2
            await tell(containers[..<middle], in: state, to: gateway)
            await tell(containers[middle...], in: state, to: gateway)
        }
    }
}

extension RememberOrder {
    /// Where containers are; `nil` when none of them is anywhere.
    fileprivate init?(_ containers: ArraySlice<Container>, in state: FleetState) {
        var addresses: [IPv4Address: [IPv4Address]] = [:]
        var announcements: [AnnounceOrder] = []
        for container in containers {
            guard let host = container.host.flatMap({ state.hosts[$0] }), let address = container.address else {
                continue
            }
            addresses[host.address, default: []] += [address] + container.retainedAddresses
            guard let virtualAddress = container.virtualAddress else { continue }
            announcements.append(
                AnnounceOrder(
                    virtualAddress: virtualAddress, address: address, via: host.address, ports: container.spec.ports))
        }
        guard !addresses.isEmpty else { return nil }
        self.init(
            routes: addresses.sorted { $0.key < $1.key }.map { RouteOrder(addresses: $0.value, via: $0.key) },
            announcements: announcements)
    }
}
