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
    private let limits: RelocationLimits
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
        let policy = state.policy(of: container)
        (rules, limits) = (policy.connections, policy.limits)
        self.newAddress = newAddress
        self.leaseSeconds = leaseSeconds
    }

    /// A step that is to be sent.
    package func step(_ intent: RelocationCourse.Intent, at now: Timestamp) -> Step {
        Step(kind: intent.kind, host: host(of: intent.kind), attempt: intent.attempt, startedAt: now)
    }

    /// The host whose agent carries out a step.
    package func host(of kind: StepKind) -> HostName {
        switch kind.rule.place {
        case .source: relocation.source
        case .destination: destinationName
        case .gateway: gateway.name
        case .keeperOfDump: losses.source == nil ? relocation.source : destinationName
        }
    }

    /// How long an answer to a step may take.
    package func limit(of kind: StepKind, _ times: StepTimes) -> Duration { times.limit(of: kind, limits, rules) }

    /// The command that a step is. The same step always gives the same command.
    /// - Throws: `FleetError.notFound` when it leads to a host that is not in the fleet any more.
    package func command(for step: Step) throws(FleetError) -> AgentCommand {
        AgentCommand(
            id: OrderID(operation: "relocation-\(relocation.id)", step: step.kind.rawValue, attempt: step.attempt),
            order: try order(step.kind))
    }

    private func order(_ kind: StepKind) throws(FleetError) -> AgentOrder {
        switch kind.rule.order {
        case .move(let order): order(move)
        case .relocation(let order): try order(self)
        }
    }

    private func address(of host: Host?, _ name: HostName) throws(FleetError) -> IPv4Address {
        guard let host else { throw .notFound(kind: "host", name: name.text) }
        return host.address
    }

    // MARK: What the orders say

    private var move: MoveOrder { MoveOrder(relocation: relocation.id, container: container.name) }

    var preparation: AgentOrder {
        .prepare(
            PrepareOrder(
                relocation: relocation.id, spec: container.spec, oldAddresses: addressesInUse, newAddress: newAddress))
    }

    var departure: DepartureOrder {
        DepartureOrder(
            relocation: relocation.id, container: container.name, rules: rules, limitSeconds: limits.checkpointSeconds)
    }

    var restoration: RestoreOrder {
        RestoreOrder(relocation: relocation.id, container: container.name, leaseSeconds: leaseSeconds)
    }

    var release: ReleaseOrder {
        ReleaseOrder(relocation: relocation.id, container: container.name, closing: relocation.closing ?? [])
    }

    var seal: SealOrder { SealOrder(container: container.name, oldAddresses: container.retainedAddresses) }

    func routeToDestination() throws(FleetError) -> RouteOrder {
        RouteOrder(addresses: addressesInUse, via: try address(of: destination, destinationName))
    }

    /// The new address is routed with the others, so that whom the container calls as soon as it runs can answer.
    func routeAllToDestination() throws(FleetError) -> RouteOrder {
        var order = try routeToDestination()
        order.addresses.append(newAddress)
        return order
    }

    func routeToSource() throws(FleetError) -> RouteOrder {
        RouteOrder(
            addresses: addressesInUse, via: try address(of: source, relocation.source), forgotten: [newAddress])
    }

    func parting() throws(FleetError) -> PartOrder {
        PartOrder(connections: relocation.closing ?? [], via: try address(of: source, relocation.source))
    }

    func announcement() throws(FleetError) -> AgentOrder {
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
