import FleetCore
import FleetModel

/// How a container that is recorded as starting comes to run.
extension ContainersService {
    /// Has a container started or taken over, led to, and tried out.
    func begin(_ container: Container) {
        supervisor.run {
            do {
                try await launch(container)
                await tryOut(container)
            } catch {
                // Nothing has failed that is only given up: the next start asks for it again.
                guard !Task.isCancelled else { return }
                await record(failure: error, of: container)
            }
        }
    }

    /// The gateway learns where the container will be before it runs: what answers its first packets must find it. Its clients
    /// are let in when it runs.
    private func launch(_ container: Container) async throws {
        guard let name = container.host, let address = container.address else { return }
        let state = fleet.snapshot
        let host = try state.host(name)
        guard let gateway = state.gateway else { throw FleetError.conflict("no gateway has enrolled") }
        func ask(_ order: AgentOrder, _ step: String, of host: HostName, seconds: Double) async throws {
            let id = OrderID(operation: container.operation, step: step)
            _ = try await agents.ask(order, id: id, of: host, timeout: .seconds(seconds))
        }
        try await ask(
            .route(RouteOrder(addresses: [address], via: host.address)), "route", of: gateway.name, seconds: 30)
        if let id = container.adopting {
            try await ask(
                .adopt(AdoptOrder(id: id, spec: container.spec, address: address)), "adopt", of: name, seconds: 120)
        } else {
            try await ask(.start(StartOrder(spec: container.spec, address: address)), "start", of: name, seconds: 60)
        }
        if let virtualAddress = container.virtualAddress {
            let announcement = AnnounceOrder(
                virtualAddress: virtualAddress, address: address, via: host.address, ports: container.spec.ports)
            try await ask(.announce(announcement), "announce", of: gateway.name, seconds: 30)
        }
        try await record(running: container)
    }

    private func record(running container: Container) async throws {
        try await fleet.changeWhenPossible(by: "control-plane") { draft in
            let now = draft.now
            // Meanwhile its host may have been declared off for good, and it be lost, or started anew elsewhere.
            guard let present = draft.state.containers[container.name], present.state == .starting,
                present.operation == container.operation
            else { return }
            let deadline = draft.state.deadline(of: present, arrivedAt: now, at: now)
            try draft.update(container.name) { container in
                container.state = .running
                container.adopting = nil
                container.arrivedAt = now
                container.deadlineAt = deadline
                container.restarts.startedAt = now
            }
        }
    }

    private func record(failure: any Error, of container: Container) async {
        logger.error("cannot start", metadata: ["container": "\(container.name)", "error": "\(failure)"])
        await clearAfterFailure(container)
        do {
            try await fleet.changeWhenPossible(by: "control-plane") { draft in
                guard let present = draft.state.containers[container.name], present.state == .starting,
                    present.operation == container.operation
                else { return }
                // What goes down with its host is lost, once that is cut off.
                guard present.host.flatMap({ draft.state.hosts[$0] })?.state != .lost else { return }
                try draft.failedToStart(container.name, "\(failure)")
            }
        } catch {
            logger.critical("cannot record a failed start", metadata: ["error": "\(error)"])
        }
    }

    /// Takes away what a start that failed has left. What stays goes before the container is started anew or removed.
    private func clearAfterFailure(_ container: Container) async {
        do {
            // What somebody else has started is not ours to end.
            if container.adopting == nil { try await clear(container) }
            guard let address = container.address, let gateway = fleet.snapshot.gateway else { return }
            // It may have been started anew elsewhere, and its virtual address lead there.
            let isPresent = fleet.snapshot.containers[container.name]?.operation == container.operation
            let order = WithdrawOrder(
                virtualAddress: isPresent ? container.virtualAddress : nil, ports: container.spec.ports,
                addresses: [address])
            _ = try await agents.ask(
                .withdraw(order), id: .fresh(container.operation, "withdraw"), of: gateway.name, timeout: .seconds(15))
        } catch {
            logger.warning("something stays", metadata: ["container": "\(container.name)", "error": "\(error)"])
        }
    }
}
