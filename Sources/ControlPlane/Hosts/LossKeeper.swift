import FleetCore
import FleetModel
import Logging

/// Sees to what follows from hosts that are off for good: that the gateway cuts them off, that their containers and moves
/// come to their end only then, and that those containers are started anew that are to be.
struct LossKeeper: Sendable {
    let fleet: Fleet
    let agents: AgentRegistry
    let relocator: Relocator
    let containers: ContainersService
    let fences: FenceKeeper
    /// After how many seconds of silence a host counts as off for good by itself; `nil` for never.
    let lostAfterSeconds: Double?
    let logger: Logger

    /// Looks at the fleet, until cancelled.
    func run() async {
        let startedAt = Timestamp.now
        var withdrawn: Set<ContainerName> = []
        while !Task.isCancelled {
            await look(at: .now, since: startedAt, &withdrawn)
            // Cancelled is noticed above.
            try? await Task.sleep(for: .milliseconds(500))
        }
    }

    /// Does what is to be done now.
    /// - Parameters:
    ///   - startedAt: from when on hosts could be heard.
    ///   - withdrawn: the lost containers of which the gateway has been told.
    func look(at now: Timestamp, since startedAt: Timestamp, _ withdrawn: inout Set<ContainerName>) async {
        do {
            try await declare(at: now, since: startedAt)
            try await enforce()
            try await restart()
        } catch {
            logger.warning("what follows from a lost host is not done yet", metadata: ["error": "\(error)"])
        }
        await withdraw(&withdrawn)
    }

    /// Declares hosts off for good that have been silent for too long.
    private func declare(at now: Timestamp, since startedAt: Timestamp) async throws {
        guard let lostAfterSeconds else { return }
        let silent = fleet.snapshot.hostsOffForGood(after: lostAfterSeconds, at: now) { [agents] in
            agents.lastSeen($0) ?? startedAt
        }
        for host in silent {
            logger.notice("off for good", metadata: ["host": "\(host)"])
            let reason = "it was not heard for \(Int(lostAfterSeconds)) seconds"
            try await declareLost(host, reason: reason, by: "control-plane")
        }
    }

    /// Declares a host off for good. From now on its agent is told nothing, and heard no more.
    @discardableResult
    func declareLost(_ name: HostName, reason: String, by actor: String) async throws -> Host {
        let host = try await fleet.change(by: actor) { try $0.declareLost(name, reason: reason, by: actor) }
        agents.dismiss(name)
        return host
    }

    /// Has the gateway cut off what is to be, and lets the rest follow.
    func enforce() async throws {
        let isUpToDate = await fences.isUpToDate
        let hosts = fleet.snapshot.hostsToFence
        guard !hosts.isEmpty || !isUpToDate else { return }
        guard let gateway = fleet.snapshot.gateway, agents.isConnected(gateway.name) else {
            return try await raisePending(hosts)
        }
        guard let fenced = try await fences.tell() else { return }
        for host in hosts {
            try await fleet.change(by: "control-plane") { draft in
                _ = try draft.fenceStands(around: host, fenced)
                draft.clear(.stepPending, about: host.text)
            }
        }
        if !hosts.isEmpty { await relocator.startWhatMay() }
    }

    private func raisePending(_ hosts: [HostName]) async throws {
        guard !hosts.isEmpty else { return }
        try await fleet.change(by: "control-plane") { draft in
            for host in hosts {
                draft.raise(
                    .stepPending, about: host.text,
                    "the gateway is not heard and has yet to cut off host '\(host)'; its containers are not started anew before "
                        + "that")
            }
        }
    }

    private func restart() async throws {
        for name in fleet.snapshot.containersToRestart {
            do {
                _ = try await containers.start(name, by: "control-plane")
            } catch let error as FleetError {
                try await fleet.change(by: "control-plane") { draft in
                    draft.raise(
                        .noFeasibleHost, about: name.text, "container '\(name)' cannot be started anew: \(error)")
                }
            }
        }
    }

    /// Has the gateway forget the virtual addresses of containers that stay lost, once for each: their old addresses may be
    /// given to others some day.
    private func withdraw(_ withdrawn: inout Set<ContainerName>) async {
        let state = fleet.snapshot
        let lost = state.containersThatStayLost
        withdrawn.formIntersection(lost.map(\.name))
        guard let gateway = state.gateway, agents.isConnected(gateway.name) else { return }
        for container in lost where !withdrawn.contains(container.name) {
            let order = WithdrawOrder(
                virtualAddress: container.virtualAddress, ports: container.spec.ports, addresses: [])
            do {
                _ = try await agents.ask(
                    .withdraw(order), id: .fresh(container.operation, "withdraw"), of: gateway.name,
                    timeout: .seconds(10))
                withdrawn.insert(container.name)
            } catch {
                logger.warning("cannot withdraw", metadata: ["container": "\(container.name)", "error": "\(error)"])
            }
        }
    }
}
