import FleetCore
import FleetLedger
import FleetModel
import ImageStore
import Logging
import MovingTarget

/// The life of containers outside their moves: creation, start, removal.
///
/// What is begun is in the ledger (`starting`, `removing`) before any agent hears of it, and is gone on with after a
/// restart under the same order ids.
struct ContainersService: Sendable {
    let fleet: Fleet
    let ledger: any Ledger
    let agents: AgentRegistry
    let images: ImageRepository
    let containerNetwork: IPv4Network
    let virtualNetwork: IPv4Network
    let supervisor: Supervisor
    let logger: Logger

    // MARK: Requests

    /// Takes a container in and begins to start it.
    func create(_ wanted: NewContainer, by actor: String) async throws -> Container {
        try wanted.validate()
        let runtimes = Set(fleet.snapshot.workers.flatMap(\.facts.runtimes))
        let spec = try wanted.resolve(with: images, runtimes: runtimes)
        return try await take(
            spec, policy: wanted.policy, on: wanted.host, onHostLoss: wanted.onHostLoss, restart: wanted.restart,
            by: actor)
    }

    /// Records a container and begins to start it, or to take it over.
    /// - Parameter adopting: what its daemon calls it, when it runs already.
    func take(
        _ spec: ContainerSpec, policy: PolicyName?, on host: HostName?, onHostLoss: HostLossRule = .stay,
        restart: RestartRule = .never, adopting: String? = nil, by actor: String
    ) async throws -> Container {
        let container = try await fleet.request(by: actor) { draft in
            guard draft.state.containers[spec.name] == nil else {
                throw FleetError.exists(kind: "container", name: spec.name.text)
            }
            guard draft.state.tenants[spec.tenant] != nil else {
                throw FleetError.invalid(field: "tenant", detail: "there is no tenant '\(spec.tenant)'")
            }
            if let policy { try draft.state.checkPolicy(policy) }
            var container = Container(spec: spec, state: .starting, createdAt: draft.now, policy: policy)
            container.adopting = adopting
            container.onHostLoss = onHostLoss
            container.restart = restart
            if !spec.ports.isEmpty {
                container.virtualAddress = try draft.state.freeVirtualAddress(of: virtualNetwork)
            }
            try draft.place(&container, on: host, in: containerNetwork)
            return container
        }
        begin(container)
        return container
    }

    /// Starts a container anew that does not run: after its end, a failed start, or a failed move.
    func start(_ name: ContainerName, by actor: String) async throws -> Container {
        let previous = try fleet.snapshot.container(name)
        guard previous.state.mayStartAnew else {
            throw FleetError.conflict("container '\(name)' is \(previous.state.word) already")
        }
        guard previous.adopting == nil else {
            throw FleetError.conflict(
                "container '\(name)' was not taken over and may still run as it did before; remove it here and adopt it again"
            )
        }
        try await withdrawLastLife(of: previous)
        await clearLastLife(of: previous)
        let container = try await fleet.change(by: actor) { draft in
            let container = try draft.container(name)
            guard container.state == previous.state else {
                throw FleetError.conflict("container '\(name)' is \(container.state.word) by now")
            }
            if actor != RestartKeeper.actor { try draft.update(name) { $0.restarts = Restarts() } }
            return try draft.startAnew(name, in: containerNetwork)
        }
        begin(container)
        return container
    }

    /// Begins to end a container and to remove everything of it.
    func remove(_ name: ContainerName, by actor: String) async throws {
        let previous = try fleet.snapshot.container(name)
        if case .stranded = previous.state { await clearLastLife(of: previous) }
        let container = try await fleet.request(by: actor) { draft in
            var container = try draft.container(name)
            if let relocation = draft.state.openRelocation(of: name) {
                throw FleetError.conflict(
                    "container '\(name)' is being moved by relocation \(relocation.id); cancel that or wait for its end"
                )
            }
            guard container.state != .starting else {
                throw FleetError.conflict("container '\(name)' is being started; wait for that")
            }
            container.state = .removing
            container.deadlineAt = nil
            draft.record(.container(container))
            return container
        }
        finishRemoving(container)
    }

    /// The container's last output.
    func logs(of name: ContainerName, tailBytes: Int) async throws -> String {
        while true {
            guard let host = try fleet.snapshot.container(name).host else {
                throw FleetError.conflict("container '\(name)' has not been started")
            }
            do {
                return try await logs(of: name, on: host, tailBytes: tailBytes)
            } catch {
                // Meanwhile it may have left, and its new host knows more.
                guard try fleet.snapshot.container(name).host != host else { throw error }
            }
        }
    }

    private func logs(of name: ContainerName, on host: HostName, tailBytes: Int) async throws -> String {
        let order = AgentOrder.logs(LogsOrder(container: name, tailBytes: tailBytes))
        let id = OrderID.fresh("container-\(name)", "logs")
        guard case .logs(let text) = try await agents.ask(order, id: id, of: host, timeout: .seconds(10)) else {
            throw FleetError.agent(host: host, StepFailure(code: .internalError, message: "it sent something else"))
        }
        return text
    }

    /// Waits until a container is neither starting nor being removed.
    /// - Returns: the container then, `nil` when it is gone or the time was over at once.
    func wait(for name: ContainerName, atMost limit: Duration) async throws -> Container? {
        guard limit > .zero else { return fleet.snapshot.containers[name] }
        let events = fleet.feed.watch(.container(name))
        if let container = fleet.snapshot.containers[name], !container.isPassing(at: .now) { return container }
        guard fleet.snapshot.containers[name] != nil else { return nil }
        _ = await firstValue(within: limit) { () -> Bool? in
            for await event in events {
                switch event.change {
                case .container(let container) where container.name == name && !container.isPassing(at: .now):
                    return true
                case .containerRemoved(name): return true
                default: continue
                }
            }
            return nil
        }
        return fleet.snapshot.containers[name]
    }

    /// Goes on with what a control plane that ended had begun.
    func resume() {
        for container in fleet.snapshot.containers.values {
            switch container.state {
            case .starting: begin(container)
            case .stopping: finishStopping(container, by: "control-plane")
            case .removing: finishRemoving(container)
            case .running where container.mobility == .unknown: supervisor.run { await tryOut(container) }
            case .running, .relocating, .stopped, .stranded, .failed, .lost: break
            }
        }
    }

    // MARK: Removal

    private func finishRemoving(_ container: Container) {
        untilDone(container, .removing, "the removal of container '\(container.name)'") {
            try await takeAway(container)
        }
    }

    private func takeAway(_ container: Container) async throws {
        try await clear(container)
        let addresses = container.retainedAddresses + [container.address].compactMap(\.self)
        if let gateway = fleet.snapshot.gateway {
            let order = WithdrawOrder(
                virtualAddress: container.virtualAddress, ports: container.spec.ports, addresses: addresses)
            _ = try await agents.ask(
                .withdraw(order), id: .fresh(container.operation, "withdraw"), of: gateway.name, timeout: .seconds(15))
        }
        try await fleet.change(by: "control-plane") { draft in
            guard draft.state.containers[container.name] != nil else { return }
            for address in addresses { draft.release(address) }
            for kind: AlarmKind in [
                .stranded, .exited, .lost, .noFeasibleHost, .heldUp, .stepPending, .exposure, .immovable,
            ] {
                draft.clear(kind, about: container.name.text)
            }
            draft.record(.containerRemoved(container.name))
        }
    }

    /// Has the container's host end and remove it. One that is lost is told when it comes back.
    func clear(_ container: Container) async throws {
        guard let host = container.host, let known = fleet.snapshot.hosts[host], known.state != .lost else { return }
        let order = AgentOrder.stop(StopOrder(container: container.name, gracePeriodSeconds: 5))
        _ = try await agents.ask(order, id: .fresh(container.operation, "stop"), of: host, timeout: .seconds(20))
    }

    /// Has the gateway refuse the clients of a container that does not run, and forget the ways to it, before its addresses may be
    /// given to others.
    private func withdrawLastLife(of container: Container) async throws {
        let gateway = try fleet.snapshot.requireGateway()
        let order = WithdrawOrder(
            virtualAddress: container.virtualAddress, ports: container.spec.ports,
            addresses: container.addresses.sorted())
        // Once for each life: asked by somebody who comes late, it would take the next one's away.
        let id =
            container.address == nil
            ? OrderID.fresh(container.operation, "withdraw")
            : OrderID(operation: container.operation, step: "withdraw")
        _ = try await agents.ask(.withdraw(order), id: id, of: gateway.name, timeout: .seconds(15))
    }

    /// Removes what a container that does not run has left: on its host, or after a failed move on both, with its dump.
    ///
    /// A host that does not answer is passed over: what it holds does not run, and is removed when it is heard again.
    private func clearLastLife(of container: Container) async {
        do {
            if case .stranded(let id) = container.state, let relocation = try await ledger.relocation(id) {
                let move = MoveOrder(relocation: id, container: container.name)
                _ = try await agents.ask(
                    .retire(move), id: .fresh(container.operation, "retire"), of: relocation.source,
                    timeout: .seconds(20))
                if let destination = relocation.destination {
                    _ = try await agents.ask(
                        .abandon(move), id: .fresh(container.operation, "abandon"), of: destination,
                        timeout: .seconds(20))
                }
            }
            try await clear(container)
        } catch {
            logger.warning("something stays", metadata: ["container": "\(container.name)", "error": "\(error)"])
        }
    }

    /// Does what must be done about a container, again and again until it is, or the container is not in that state any more:
    /// its host may have been lost meanwhile, or it is to be removed.
    /// - Parameter subject: what is being done, in words.
    func untilDone(
        _ container: Container, _ state: ContainerState, _ subject: String,
        _ work: @escaping @Sendable () async throws -> Void
    ) {
        supervisor.run {
            for attempt in 1... {
                do {
                    return try await work()
                } catch {
                    guard !Task.isCancelled else { return }
                    if attempt == 3 {
                        await raisePending(about: container.name, "\(subject) is being repeated: \(error)")
                    }
                    // Cancelled is noticed above.
                    try? await Task.sleep(for: .seconds(min(5, 0.2 * Double(attempt))))
                }
                guard fleet.snapshot.containers[container.name]?.state == state else { return }
            }
        }
    }

    private func raisePending(about name: ContainerName, _ message: String) async {
        do {
            try await fleet.change(by: "control-plane") { $0.raise(.stepPending, about: name.text, message) }
        } catch {
            logger.error("cannot raise an alarm", metadata: ["container": "\(name)", "error": "\(error)"])
        }
    }
}
