import FleetModel

/// Which order a step of a relocation is, and to whom it goes.
package struct RelocationOrders {
    private let relocation: Relocation
    private let destination: Host?
    private let source: Host?
    private let losses: RelocationCourse.Losses
    private let destinationName: HostName
    private let gateway: Host
    private let container: Container
    private let rules: ConnectionRules
    private let newAddress: IPv4Address
    private let leaseSeconds: Double

    /// - Throws: `FleetError` when the container or the gateway is not in the fleet any more, or no destination is chosen.
    package init(_ relocation: Relocation, in state: FleetState, leaseSeconds: Double) throws(FleetError) {
        guard let destination = relocation.destination, let newAddress = relocation.newAddress else {
            throw .conflict("relocation \(relocation.id) has no destination yet")
        }
        guard let gateway = state.gateway else { throw .conflict("no gateway has enrolled") }
        self.relocation = relocation
        destinationName = destination
        self.destination = state.hosts[destination]
        source = state.hosts[relocation.source]
        losses = state.losses(of: relocation)
        self.gateway = gateway
        self.container = try state.container(relocation.container)
        self.rules = state.policy(of: container).connections
        self.newAddress = newAddress
        self.leaseSeconds = leaseSeconds
    }

    /// A step that is to be sent.
    package func step(_ intent: RelocationCourse.Intent, at now: Timestamp) -> Step {
        Step(kind: intent.kind, host: host(of: intent.kind), attempt: intent.attempt, startedAt: now)
    }

    /// The host whose agent carries out a step. The dump lies in the storage that all share: where the source is lost, the
    /// destination removes it.
    package func host(of kind: StepKind) -> HostName {
        switch kind {
        case .retire, .disarm: losses.source == nil ? relocation.source : destinationName
        case .prepare, .restore, .release, .seal, .abandon: destinationName
        case .arm, .settle, .checkpoint, .revive: relocation.source
        case .hush, .steer, .part, .announce, .steerBack: gateway.name
        }
    }

    /// How long an answer to a step may take.
    package func limit(of kind: StepKind, _ times: StepTimes) -> Duration {
        kind == .settle ? times.limit(of: kind) + .seconds(rules.acceptSeconds) : times.limit(of: kind)
    }

    /// The command that a step is. The same step always gives the same command.
    /// - Throws: `FleetError.notFound` when it leads to a host that is not in the fleet any more.
    package func command(for step: Step) throws(FleetError) -> AgentCommand {
        AgentCommand(
            id: OrderID(operation: "relocation-\(relocation.id)", step: step.kind.rawValue, attempt: step.attempt),
            order: try order(step.kind))
    }

    private func address(of host: Host?, _ name: HostName) throws(FleetError) -> IPv4Address {
        guard let host else { throw .notFound(kind: "host", name: name.text) }
        return host.address
    }

    private func order(_ kind: StepKind) throws(FleetError) -> AgentOrder {
        let move = MoveOrder(relocation: relocation.id, container: container.name)
        switch kind {
        case .prepare:
            return .prepare(
                PrepareOrder(
                    relocation: relocation.id, spec: container.spec, oldAddresses: addressesInUse,
                    newAddress: newAddress))
        case .arm: return .arm(move)
        case .hush:
            return .hush(RouteOrder(addresses: addressesInUse, via: try address(of: destination, destinationName)))
        case .settle:
            return .settle(DepartureOrder(relocation: relocation.id, container: container.name, rules: rules))
        case .steer:
            return .route(RouteOrder(addresses: addressesInUse, via: try address(of: destination, destinationName)))
        case .checkpoint:
            return .checkpoint(DepartureOrder(relocation: relocation.id, container: container.name, rules: rules))
        case .restore:
            return .restore(
                RestoreOrder(relocation: relocation.id, container: container.name, leaseSeconds: leaseSeconds))
        case .part:
            return .part(
                PartOrder(connections: relocation.closing ?? [], via: try address(of: source, relocation.source)))
        case .release:
            return .release(
                ReleaseOrder(
                    relocation: relocation.id, container: container.name, closing: relocation.closing ?? []))
        case .announce: return try announcement()
        case .seal:
            return .seal(SealOrder(container: container.name, oldAddresses: container.retainedAddresses))
        case .retire: return .retire(move)
        case .steerBack:
            return .route(RouteOrder(addresses: addressesInUse, via: try address(of: source, relocation.source)))
        case .abandon: return .abandon(move)
        case .revive: return .revive(move)
        case .disarm: return .disarm(move)
        }
    }

    private func announcement() throws(FleetError) -> AgentOrder {
        guard let virtualAddress = container.virtualAddress else {
            return .route(RouteOrder(addresses: [newAddress], via: try address(of: destination, destinationName)))
        }
        return .announce(
            AnnounceOrder(
                virtualAddress: virtualAddress, address: newAddress, via: try address(of: destination, destinationName),
                ports: container.spec.ports))
    }

    /// Every address that open connections may use, before and after the release.
    private var addressesInUse: [IPv4Address] {
        ([relocation.oldAddress] + container.retainedAddresses).reduce(into: []) { addresses, address in
            if !addresses.contains(address) { addresses.append(address) }
        }
    }
}
