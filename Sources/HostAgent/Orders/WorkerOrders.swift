import FleetModel

/// What each order means on a host that carries containers: which parts of runtime and network do what, in which order.
struct WorkerOrders: Sendable {
    /// The runtimes of this host.
    let runtimes: [RuntimeKind: any ContainerRuntime]
    /// The host's network.
    let network: any HostNetwork

    /// Carries out an order of a worker.
    func carryOut(_ order: AgentOrder, timings: inout StepTimings) async throws(StepFailure) -> AgentReport {
        switch order {
        case .start(let order): try await start(order)
        case .examine(let container): return .adoptable(try await adopter().examine(container))
        case .adopt(let order): try await adopt(order)
        case .stop(let order): try await stop(order)
        case .prepare(let order): try await prepare(order)
        case .arm(let order): try await arm(order)
        case .settle(let order): try await settle(order)
        case .checkpoint(let order): return try await checkpoint(order, timings: &timings)
        case .restore(let order): timings = try await restore(order)
        case .release(let order): timings = try await release(order)
        case .seal(let order): try await seal(order)
        case .retire(let order): try await retire(order)
        case .abandon(let order): try await abandon(order)
        case .revive(let order): try await revive(order)
        case .disarm(let order): try await disarm(order)
        case .halt(let order): try await halt(order)
        case .trial(let container): return .mobility(try await trial(container))
        case .logs(let order): return .logs(try await logs(order))
        case .inspect: return .inventory(await inventory())
        case .route, .hush, .part, .announce, .remember, .withdraw, .unroute, .fence:
            throw StepFailure(code: .invalidOrder, message: "this host is not a gateway")
        }
        return .done
    }

    // MARK: Life

    private func start(_ order: StartOrder) async throws(StepFailure) {
        let runtime = try runtime(order.spec.runtime)
        try await begin(order.spec, at: order.address, on: runtime) { stay, namespace async throws(StepFailure) in
            try await runtime.start(order.spec, stay: stay, namespace: namespace)
            try await FirstMoment(of: stay, on: runtime).see()
        }
    }

    private func adopt(_ order: AdoptOrder) async throws(StepFailure) {
        let runtime = try adopter()
        try await begin(order.spec, at: order.address, on: runtime) { stay, namespace async throws(StepFailure) in
            try await runtime.adopt(order.id, as: order.spec, stay: stay, namespace: namespace)
            // It runs, and nothing may undo that.
            try? await network.resetHalves(stay)
        }
    }

    /// Wires up a container's first namespace for what makes it run there.
    private func begin(
        _ spec: ContainerSpec, at address: IPv4Address, on runtime: any ContainerRuntime,
        _ run: (Stay, NetworkNamespace) async throws(StepFailure) -> Void
    ) async throws(StepFailure) {
        let stay = Stay(container: spec.name, arrival: nil)
        let own: NetworkNamespace? =
            switch try await runtime.openNamespace(for: stay, spec) {
            case .runtime(let namespace): namespace
            case .network, .restore: nil
            }
        let namespace = try await network.attach(stay, address: address, in: own)
        do {
            try await run(stay, namespace)
        } catch {
            try? await network.detach(stay)
            throw error
        }
    }

    private func adopter() throws(StepFailure) -> any AdoptingRuntime {
        guard let runtime = runtimes.values.lazy.compactMap({ $0 as? any AdoptingRuntime }).first else {
            throw StepFailure(code: .runtimeFailed, message: "this host has no Docker, so there is nothing to adopt")
        }
        return runtime
    }

    private func stop(_ order: StopOrder) async throws(StepFailure) {
        for (runtime, presence) in await stays(of: order.container) {
            try await runtime.stop(presence.stay, gracePeriod: .seconds(order.gracePeriodSeconds))
            try await network.detach(presence.stay)
        }
        try await network.remove(container: order.container)
    }

    private func halt(_ order: StopOrder) async throws(StepFailure) {
        for (runtime, presence) in await stays(of: order.container) where presence.state == .running {
            try await runtime.halt(presence.stay, gracePeriod: .seconds(order.gracePeriodSeconds))
        }
    }

    private func trial(_ container: ContainerName) async throws(StepFailure) -> Mobility {
        let (runtime, stay) = try await runningStay(of: container)
        return try await runtime.trial(stay)
    }

    private func logs(_ order: LogsOrder) async throws(StepFailure) -> String {
        for (runtime, _) in await stays(of: order.container) {
            return try await runtime.logs(order.container, tailBytes: min(order.tailBytes, 1 << 20))
        }
        throw notHere(order.container)
    }

    // MARK: Destination

    private func prepare(_ order: PrepareOrder) async throws(StepFailure) {
        let runtime = try runtime(order.spec.runtime)
        let stay = Stay(container: order.spec.name, arrival: order.relocation)
        do {
            let namespace = try await namespace(
                for: stay, order, of: try await runtime.openNamespace(for: stay, order.spec))
            try await runtime.prepare(order.spec, stay: stay, namespace: namespace)
        } catch {
            try? await runtime.remove(stay)
            try? await network.detach(stay)
            throw error
        }
    }

    private func namespace(
        for stay: Stay, _ order: PrepareOrder, of origin: NamespaceOrigin
    ) async throws(StepFailure) -> NetworkNamespace {
        let (old, new) = (order.oldAddresses, order.newAddress)
        return switch origin {
        case .network: try await network.prepare(stay, oldAddresses: old, newAddress: new)
        case .runtime(let own): try await network.prepare(stay, oldAddresses: old, newAddress: new, in: own)
        case .restore: try await network.expect(stay, oldAddresses: old, newAddress: new)
        }
    }

    private func restore(_ order: RestoreOrder) async throws(StepFailure) -> StepTimings {
        let (runtime, stay) = try await arrivingStay(of: order.container, by: order.relocation)
        let doorway = try await network.doorway(of: stay)
        let timings = try await runtime.restore(stay, through: doorway, lease: .seconds(order.leaseSeconds))
        try await network.unshield(stay)
        await resetBroken(of: stay, dumpedFor: order.relocation, on: runtime)
        return timings
    }

    /// Has the programs told, in a stay that is restored, of the connections that were broken when it was dumped. No connection
    /// is worth a container.
    private func resetBroken(
        of stay: Stay, dumpedFor relocation: RelocationID, on runtime: any ContainerRuntime
    ) async {
        guard let broken = try? await runtime.brokenConnections(in: relocation), !broken.isEmpty else { return }
        try? await network.reset(broken, of: stay)
    }

    /// The processes run before their packets come, so that none is answered by a stack without its socket.
    private func release(_ order: ReleaseOrder) async throws(StepFailure) -> StepTimings {
        let (runtime, stay) = try await arrivingStay(of: order.container, by: order.relocation)
        let timings = try await runtime.release(stay)
        try await network.deliver(stay, without: order.closing)
        // It is tried again with every sign of life; the container runs, and nothing may undo that.
        try? await network.admitListeners(stay)
        return timings
    }

    private func seal(_ order: SealOrder) async throws(StepFailure) {
        let (_, stay) = try await runningStay(of: order.container)
        // Not part of the pause, and repeated until it is done.
        try await network.resetHalves(stay)
        try await network.seal(stay, oldAddresses: order.oldAddresses)
    }

    private func abandon(_ order: MoveOrder) async throws(StepFailure) {
        let stay = Stay(container: order.container, arrival: order.relocation)
        for runtime in runtimes.values { try await runtime.remove(stay) }
        try await network.detach(stay)
    }

    // MARK: Source

    private func arm(_ order: MoveOrder) async throws(StepFailure) {
        let (runtime, stay) = try await runningStay(of: order.container)
        try await runtime.arm(stay, for: order.relocation)
    }

    private func settle(_ order: DepartureOrder) async throws(StepFailure) {
        let (_, stay) = try await runningStay(of: order.container)
        try await network.settle(stay, rules: order.rules)
    }

    /// A container that was ended for this relocation may be all that is left of it: its dump stays until it is retired.
    private func disarm(_ order: MoveOrder) async throws(StepFailure) {
        let stays = await stays(of: order.container)
        guard !stays.contains(where: { $0.1.state == .dumped(order.relocation) }) else { return }
        for (runtime, presence) in stays { try await runtime.disarm(presence.stay, for: order.relocation) }
        for runtime in runtimes.values { try await runtime.removeDump(of: order.relocation) }
    }

    private func checkpoint(
        _ order: DepartureOrder, timings: inout StepTimings
    ) async throws(StepFailure) -> AgentReport {
        let (runtime, stay) = try await leavingStay(of: order.container, by: order.relocation)
        let still = try await network.whenStill(stay)
        let limit = order.limitSeconds.map { TimeLimit(seconds: $0) }
        try await network.divert(stay)
        do {
            let measurement = try await StillMoment(still, order.rules).seize { isFit throws(StepFailure) in
                try await runtime.checkpoint(stay, for: order.relocation, within: limit, whenStill: isFit)
            }
            timings = measurement.timings
            return .dumped(bytes: measurement.bytes, closing: await closing(of: stay))
        } catch {
            try? await network.reclaim(stay)
            throw error
        }
    }

    /// The connections that stay behind; `nil` when there are none. That they cannot be kept does not undo a dump.
    private func closing(of stay: Stay) async -> [TCPConnection]? {
        guard let closing = try? await network.keepClosing(stay), !closing.isEmpty else { return nil }
        return closing
    }

    private func revive(_ order: MoveOrder) async throws(StepFailure) {
        let (runtime, stay) = try await leavingStay(of: order.container, by: order.relocation)
        // It is to run, whatever becomes of its connections.
        try? await network.shield(stay)
        do {
            let doorway = try await network.doorway(of: stay)
            try await runtime.revive(stay, from: order.relocation, through: doorway)
        } catch {
            try? await network.unshield(stay)
            throw error
        }
        // It runs, and nothing may keep its packets from it.
        try? await network.unshield(stay)
        await resetBroken(of: stay, dumpedFor: order.relocation, on: runtime)
        try await network.reclaim(stay)
        try? await network.resetHalves(stay)
        try await runtime.removeDump(of: order.relocation)
    }

    private func retire(_ order: MoveOrder) async throws(StepFailure) {
        for (runtime, presence) in await stays(of: order.container)
        where presence.state == .dumped(order.relocation) {
            try await runtime.remove(presence.stay)
            try await network.detach(presence.stay)
        }
        for runtime in runtimes.values { try await runtime.removeDump(of: order.relocation) }
    }

    // MARK: What is here

    /// Everything of which this host holds anything.
    func inventory() async -> HostInventory {
        let attachments = Dictionary(
            await network.attachments().map { ($0.stay, $0) }, uniquingKeysWith: { first, _ in first })
        var containers: [ContainerPresence] = []
        for runtime in runtimes.values {
            for presence in await runtime.presence() {
                let attachment = attachments[presence.stay]
                containers.append(
                    ContainerPresence(
                        name: presence.stay.container, state: presence.state, address: attachment?.address,
                        retainedAddresses: attachment?.retainedAddresses ?? []))
            }
        }
        var adoptable: [AdoptableContainer] = []
        for case let runtime as any AdoptingRuntime in runtimes.values { adoptable += await runtime.adoptable() }
        return HostInventory(
            containers: containers.sorted { $0.name < $1.name }, adoptable: adoptable.sorted { $0.name < $1.name })
    }

    /// Gives up addresses, and what served closing connections, when no connection uses them any more, and sees to new
    /// listeners.
    func tendConnections() async throws(StepFailure) {
        try await network.endLingering()
        var failure: StepFailure?
        for attachment in await network.attachments() {
            do throws(StepFailure) { try await tend(attachment) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    private func tend(_ attachment: NetworkAttachment) async throws(StepFailure) {
        try await network.acceptAtOnce(attachment.stay)
        guard !attachment.retainedAddresses.isEmpty else { return }
        _ = try await network.dropIdleAddresses(attachment.stay)
        try await network.admitListeners(attachment.stay)
    }

    /// Removes the dumps that an agent of this host began and that nobody needs any more.
    func removeForsakenDumps() async throws(StepFailure) {
        for runtime in runtimes.values { try await runtime.removeForsakenDumps() }
    }

    private func runtime(_ kind: RuntimeKind) throws(StepFailure) -> any ContainerRuntime {
        guard let runtime = runtimes[kind] else {
            let known = runtimes.keys.map(\.rawValue).sorted().joined(separator: ", ")
            throw StepFailure(
                code: .runtimeFailed, message: "this host has no runtime '\(kind.rawValue)'; it has: \(known)")
        }
        return runtime
    }

    private func stays(of container: ContainerName) async -> [(any ContainerRuntime, StayPresence)] {
        var found: [(any ContainerRuntime, StayPresence)] = []
        for runtime in runtimes.values {
            for presence in await runtime.presence() where presence.stay.container == container {
                found.append((runtime, presence))
            }
        }
        return found
    }

    private func runningStay(of container: ContainerName) async throws(StepFailure) -> (any ContainerRuntime, Stay) {
        for (runtime, presence) in await stays(of: container) where presence.state == .running {
            return (runtime, presence.stay)
        }
        throw notHere(container, "it does not run on this host")
    }

    /// The stay that this relocation ends: dumped for it already, or still running.
    private func leavingStay(
        of container: ContainerName, by relocation: RelocationID
    ) async throws(StepFailure) -> (any ContainerRuntime, Stay) {
        let stays = await stays(of: container)
        let found =
            stays.first { $0.1.state == .dumped(relocation) }
            ?? stays.first { $0.1.state == .running && $0.1.stay.arrival != relocation }
        guard let found else { throw notHere(container, "it does not run on this host") }
        return (found.0, found.1.stay)
    }

    private func arrivingStay(
        of container: ContainerName, by relocation: RelocationID
    ) async throws(StepFailure) -> (any ContainerRuntime, Stay) {
        let stay = Stay(container: container, arrival: relocation)
        for (runtime, presence) in await stays(of: container) where presence.stay == stay {
            return (runtime, stay)
        }
        throw notHere(container, "nothing was made ready for relocation \(relocation)")
    }

    private func notHere(_ container: ContainerName, _ detail: String = "this host has nothing of it") -> StepFailure {
        StepFailure(code: .notHere, message: "container '\(container)': \(detail)")
    }
}
