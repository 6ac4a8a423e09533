import FleetModel
import SystemSupport

/// A host's network as the Linux kernel provides it: a network namespace for each stay, joined to the host by a pair of
/// interfaces, routes to single addresses, and a packet filter.
///
/// `deliver`, `divert` and `reclaim` are a message or two to the kernel. Everything else takes its turn behind other
/// changes, because it replaces the packet filter from the sum of all attachments.
public actor KernelHostNetwork: HostNetwork {
    private let configuration: HostNetworkConfiguration
    private let wiring: HostWiring
    private let store: AttachmentStore
    private let nft: Nft
    private let turnstile = Turnstile()
    private var known: [Stay: Attachment]
    /// The listeners on earlier addresses that were let have the present one's connections.
    private var admitted: [Stay: Set<NetworkSocket>] = [:]
    /// The listeners that hand over connections as soon as they are there.
    private var prompt: [Stay: Set<UInt32>] = [:]
    /// What is ready for the moment when a container that has settled stands still.
    private var lookouts: [Stay: Lookout] = [:]
    /// Those that are raised, or may be at any moment.
    private var shields: [Stay: ConnectionShield] = [:]
    /// Where namespaces may be taken in at any moment.
    private var entrances: [Stay: Entrance] = [:]

    /// Takes over what an earlier agent wired up on this host, and removes what it left half made.
    /// - Throws: `networkFailed`, also when the process lacks the right to change the network.
    public static func open(_ configuration: HostNetworkConfiguration) async throws(StepFailure) -> KernelHostNetwork {
        var configuration = configuration
        let (wiring, own) = try await failing { () async throws(NetlinkError) in
            let wiring = try await HostWiring(configuration)
            return (wiring, try await wiring.ownNetworks())
        }
        configuration.protectedNetworks += own
        let store = try AttachmentStore(directory: configuration.stateDirectory)
        let network = KernelHostNetwork(configuration, wiring: wiring, store: store, known: try store.load())
        try await network.takeOver()
        return network
    }

    private init(
        _ configuration: HostNetworkConfiguration, wiring: HostWiring, store: AttachmentStore, known: [Attachment]
    ) {
        self.configuration = configuration
        self.wiring = wiring
        self.store = store
        nft = Nft(namespace: configuration.hostNamespace)
        self.known = Dictionary(known.map { ($0.stay, $0) }) { _, last in last }
    }

    private func takeOver() async throws(StepFailure) {
        await turnstile.enter()
        defer { turnstile.leave() }
        try await applyRules()
        for attachment in known.values where attachment.phase == .building { try await remove(attachment.stay) }
        for attachment in known.values where attachment.phase == .delivering || attachment.phase == .diverted {
            // Its namespace may have ended with its daemon, and be found missing when it is needed.
            try? await unshield(attachment.stay)
        }
    }

    // MARK: Arrival and departure

    /// See `HostNetwork`.
    public func attach(
        _ stay: Stay, address: IPv4Address, in own: NetworkNamespace?
    ) async throws(StepFailure) -> NetworkNamespace {
        try await make(stay, in: own, address: address, retained: [], hold: false)
    }

    /// See `HostNetwork`.
    public func prepare(
        _ stay: Stay, oldAddresses: [IPv4Address], newAddress: IPv4Address, in own: NetworkNamespace?
    ) async throws(StepFailure) -> NetworkNamespace {
        let namespace = try await make(
            stay, in: own, address: newAddress, retained: oldAddresses.filter { $0 != newAddress }, hold: true)
        try await shield(stay)
        return namespace
    }

    /// See `HostNetwork`.
    public func expect(
        _ stay: Stay, oldAddresses: [IPv4Address], newAddress: IPv4Address
    ) async throws(StepFailure) -> NetworkNamespace {
        await turnstile.enter()
        defer { turnstile.leave() }
        let retained = oldAddresses.filter { $0 != newAddress }
        if let present = known[stay], [.expecting, .entered].contains(present.phase),
            present.addresses == [newAddress] + retained
        {
            return present.namespace
        }
        try await remove(stay)
        return try await wire(draft(of: stay, address: newAddress, retained: retained)) {
            attachment throws(NetlinkError) in
            try wiring.expect(attachment)
            attachment.phase = .expecting
        }
    }

    /// See `HostNetwork`.
    public func doorway(of stay: Stay) async throws(StepFailure) -> Doorway {
        let attachment = try require(stay)
        let entrance = Entrance()
        entrances[stay] = entrance
        return Doorway { [wiring] process throws(StepFailure) in
            do throws(NetlinkError) {
                entrance.note(try wiring.takeIn(process, as: attachment))
            } catch {
                throw StepFailure(error)
            }
        }
    }

    /// See `HostNetwork`.
    public func detach(_ stay: Stay) async throws(StepFailure) {
        await turnstile.enter()
        defer { turnstile.leave() }
        if var attachment = known[stay], attachment.phase == .diverted, attachment.closing != nil {
            let seen = attachment
            let closing = try await failing { () async throws(NetlinkError) in try await wiring.closing(seen) }
            if !closing.isEmpty {
                attachment.phase = .lingering
                attachment.sealed = []
                try keep(attachment)
                return
            }
        }
        try await remove(stay)
    }

    /// See `HostNetwork`.
    public func remove(container: ContainerName) async throws(StepFailure) {
        await turnstile.enter()
        defer { turnstile.leave() }
        for stay in known.keys where stay.container == container { try await remove(stay) }
    }

    private func make(
        _ stay: Stay, in own: NetworkNamespace?, address: IPv4Address, retained: [IPv4Address], hold: Bool
    ) async throws(StepFailure) -> NetworkNamespace {
        await turnstile.enter()
        defer { turnstile.leave() }
        if let present = known[stay] {
            // Made by an earlier call; a container may already run in it.
            let isWhole = try await failing { () async throws(NetlinkError) in try wiring.isWhole(present) }
            if isWhole, own?.isSame(as: present.namespace) ?? true, present.phase != .building,
                present.addresses == [address] + retained
            {
                return present.namespace
            }
        }
        try await remove(stay)
        return try await wire(draft(of: stay, address: address, retained: retained)) {
            attachment async throws(NetlinkError) in
            attachment.link = try await wiring.build(attachment, in: own, hold: hold)
            attachment.phase = hold ? .holding : .delivering
        }
    }

    private func draft(of stay: Stay, address: IPv4Address, retained: [IPv4Address]) -> Attachment {
        var random = SystemRandomNumberGenerator()
        return Attachment(
            stay: stay, namespace: namespace(of: stay), interface: stay.interfaceName,
            innerAddress: .random(using: &random), outerAddress: .random(using: &random), address: address,
            retained: retained, phase: .building)
    }

    /// Makes what is written down before it is made. On failure nothing is left.
    private func wire(
        _ draft: Attachment, _ make: (inout Attachment) async throws(NetlinkError) -> Void
    ) async throws(StepFailure) -> NetworkNamespace {
        var attachment = draft
        do throws(StepFailure) {
            try keep(attachment)
            try await applyRules()
            do throws(NetlinkError) { try await make(&attachment) } catch { throw StepFailure(error) }
            try keep(attachment)
        } catch {
            try? await remove(attachment.stay)
            throw error
        }
        return attachment.namespace
    }

    private func remove(_ stay: Stay) async throws(StepFailure) {
        let namespace = known[stay]?.namespace ?? namespace(of: stay)
        let attachment = known[stay]
        try await failing { () async throws(NetlinkError) in
            if let attachment, attachment.closing != nil { try wiring.stopServingClosing(attachment) }
            if let attachment, attachment.mayWaitApart { try wiring.expectNoMore(attachment) }
            try await wiring.remove(interface: stay.interfaceName, namespace: namespace)
        }
        admitted[stay] = nil
        prompt[stay] = nil
        lookouts[stay] = nil
        shields[stay] = nil
        entrances[stay] = nil
        if known.removeValue(forKey: stay) != nil { try await applyRules() }
        try store.remove(stay)
    }

    // MARK: In the pause

    /// See `HostNetwork`.
    public func deliver(_ stay: Stay, without closing: [TCPConnection]) async throws(StepFailure) {
        var attachment = try require(stay)
        let waiting = attachment
        if !closing.isEmpty, waiting.isHeld {
            // A stack without their sockets would reset them.
            try await Nft(namespace: attachment.namespace).apply(
                ContainerRules.drop(closing), for: "packets of connections that stay behind")
        }
        try await failing { () async throws(NetlinkError) in try await wiring.deliver(waiting) }
        guard waiting.isHeld else { return }
        attachment.phase = .delivering
        try keep(attachment)
    }

    /// See `HostNetwork`.
    public func divert(_ stay: Stay) async throws(StepFailure) {
        var attachment = try require(stay)
        try await failing { () async throws(NetlinkError) in try wiring.divert(attachment) }
        attachment.phase = .diverted
        try keep(attachment)
    }

    /// See `HostNetwork`.
    public func reclaim(_ stay: Stay) async throws(StepFailure) {
        var attachment = try require(stay)
        try await failing { () async throws(NetlinkError) in try await wiring.reclaim(attachment) }
        attachment.phase = .delivering
        try keep(attachment)
        try await unshield(stay)
    }

    // MARK: Connections that cannot be carried

    private struct Lookout: Sendable {
        var sockets: SocketDiagnosis
        var shield: ConnectionShield
    }

    private func lookout(on attachment: Attachment) async throws(StepFailure) -> Lookout {
        try await failing { () async throws(NetlinkError) in
            Lookout(
                sockets: try await wiring.diagnosis(of: attachment), shield: try await wiring.shield(of: attachment))
        }
    }

    /// How many closing connections are kept at one move: they are in a list on the way of the move, and their number is
    /// the tenant's choice.
    private static let mostClosing = 4096

    /// See `HostNetwork`.
    public func settle(_ stay: Stay, rules: ConnectionRules) async throws(StepFailure) {
        let attachment = try require(stay)
        let lookout = try await lookout(on: attachment)
        let waiting = try await failing { () async throws(NetlinkError) in
            try await wiring.settle(lookout.sockets, Settlement(rules: rules))
        }
        lookouts[stay] = lookout
        guard let waiting else { return }
        throw .clientsWaiting(
            waiting, "have connected and its program has not accepted them within \(rules.acceptSeconds) s")
    }

    /// See `HostNetwork`.
    public func whenStill(_ stay: Stay) async throws(StepFailure) -> StillNetwork {
        let attachment = try require(stay)
        let known = lookouts.removeValue(forKey: stay)
        let lookout = if let known { known } else { try await lookout(on: attachment) }
        shields[stay] = lookout.shield
        return StillNetwork { () throws(StepFailure) in
            do throws(NetlinkError) { return try lookout.sockets.waiting() } catch { throw StepFailure(error) }
        } silence: { isSilent throws(StepFailure) in
            do throws(NetlinkError) {
                if isSilent { try lookout.shield.silence() } else { try lookout.shield.lower() }
            } catch {
                throw StepFailure(error)
            }
        }
    }

    /// See `HostNetwork`.
    public func shield(_ stay: Stay) async throws(StepFailure) {
        let attachment = try require(stay)
        shields[stay] = try await failing { () async throws(NetlinkError) in
            try await wiring.awaitRestore(attachment)
            let shield = try await wiring.shield(of: attachment)
            try shield.dropResets()
            return shield
        }
    }

    /// See `HostNetwork`.
    public func unshield(_ stay: Stay) async throws(StepFailure) {
        let attachment = try noteEntrance(to: stay)
        let raised = shields.removeValue(forKey: stay)
        try await failing { () async throws(NetlinkError) in
            let shield = if let raised { raised } else { try await wiring.shield(of: attachment) }
            try shield.lower()
        }
    }

    /// Writes down what has come in by the stay's doorway.
    private func noteEntrance(to stay: Stay) throws(StepFailure) -> Attachment {
        var attachment = try require(stay)
        guard let (link, shield) = entrances.removeValue(forKey: stay)?.taken else { return attachment }
        attachment.link = link
        attachment.closing = nil
        if attachment.phase == .expecting { attachment.phase = .entered }
        try keep(attachment)
        shields[stay] = shield
        return attachment
    }

    /// See `HostNetwork`.
    public func reset(_ broken: [BrokenConnection], of stay: Stay) async throws(StepFailure) {
        let attachment = try require(stay)
        try await failing { () async throws(NetlinkError) in try await wiring.reset(broken, of: attachment) }
    }

    /// See `HostNetwork`.
    public func resetHalves(_ stay: Stay) async throws(StepFailure) {
        let attachment = try require(stay)
        try await failing { () async throws(NetlinkError) in try await wiring.resetHalves(attachment) }
    }

    /// See `HostNetwork`.
    public func keepClosing(_ stay: Stay) async throws(StepFailure) -> [TCPConnection] {
        let seen = try require(stay)
        let found = try await failing { () async throws(NetlinkError) in try await wiring.closing(seen) }
        guard !found.isEmpty else { return [] }
        let closing = Array(found.prefix(Self.mostClosing))
        await turnstile.enter()
        defer { turnstile.leave() }
        var attachment = try require(stay)
        attachment.closing = closing
        try keep(attachment)
        let whole = attachment
        try await unshield(stay)
        try await failing { () async throws(NetlinkError) in try wiring.serveClosing(whole) }
        try await applyRules()
        return closing
    }

    /// See `HostNetwork`.
    public func endLingering() async throws(StepFailure) {
        for attachment in known.values where attachment.phase == .lingering {
            let closing = try await failing { () async throws(NetlinkError) in try await wiring.closing(attachment) }
            guard closing.isEmpty else { continue }
            await turnstile.enter()
            defer { turnstile.leave() }
            try await remove(attachment.stay)
        }
    }

    // MARK: Old addresses

    /// See `HostNetwork`.
    public func admitListeners(_ stay: Stay) async throws(StepFailure) {
        let attachment = try require(stay)
        guard attachment.phase == .delivering, !attachment.retained.isEmpty else { return }
        let bound = try await failing { () async throws(NetlinkError) in try await wiring.boundListeners(attachment) }
        guard bound != admitted[stay] ?? [] else { return }
        let namespace = attachment.namespace
        try await onOwnThread { () throws(StepFailure) in
            try ListenerAdmission(namespace).open(Set(bound.map(\.inode)))
        }
        try await Nft(namespace: namespace).apply(
            ContainerRules.admit(bound, at: attachment.address), for: "listeners on earlier addresses")
        admitted[stay] = bound
    }

    /// See `HostNetwork`.
    public func acceptAtOnce(_ stay: Stay) async throws(StepFailure) {
        guard let attachment = known[stay], attachment.phase == .delivering else { return }
        let listeners = try await failing { () async throws(NetlinkError) in try await wiring.listeners(attachment) }
        let inodes = Set(listeners.map(\.inode))
        let new = inodes.subtracting(prompt[stay] ?? [])
        if !new.isEmpty {
            let namespace = attachment.namespace
            try await onOwnThread { () throws(StepFailure) in try ListenerAdmission(namespace).acceptAtOnce(new) }
        }
        prompt[stay] = known[stay] == nil ? nil : inodes
    }

    /// See `HostNetwork`.
    public func seal(_ stay: Stay, oldAddresses: [IPv4Address]) async throws(StepFailure) {
        await turnstile.enter()
        defer { turnstile.leave() }
        var attachment = try require(stay)
        guard !oldAddresses.contains(attachment.address) else {
            throw StepFailure(
                code: .invalidOrder,
                message: "\(attachment.address) is the address of \(stay) for new connections and cannot be sealed")
        }
        attachment.sealed.formUnion(Set(oldAddresses).intersection(attachment.retained))
        try keep(attachment)
        try await applyRules()
    }

    /// See `HostNetwork`.
    public func dropIdleAddresses(_ stay: Stay) async throws(StepFailure) -> [IPv4Address] {
        await turnstile.enter()
        defer { turnstile.leave() }
        let seen = try require(stay)
        guard seen.phase == .delivering, !seen.sealed.isEmpty else { return seen.retained }
        let used = try await failing { () async throws(NetlinkError) in try await wiring.addressesInUse(seen) }
        var idle = seen.retained.filter { seen.sealed.contains($0) && !used.contains($0) }
        if !idle.isEmpty {
            let held = try await failing { () async throws(NetlinkError) in try await wiring.addressesHeld(seen) }
            idle.removeAll { held.contains($0) }
        }
        // The container may have begun to leave in the meantime; its addresses go with it then.
        var attachment = try require(stay)
        guard attachment.phase == .delivering, !idle.isEmpty else { return attachment.retained }
        let whole = attachment
        attachment.retained.removeAll { idle.contains($0) }
        attachment.sealed.subtract(idle)
        try keep(attachment)
        try await failing { () async throws(NetlinkError) in try await wiring.drop(idle, of: whole) }
        try await applyRules()
        return attachment.retained
    }

    /// See `HostNetwork`.
    public func attachments() -> [NetworkAttachment] {
        known.values.filter { $0.phase != .lingering }.map(\.published)
            .sorted { $0.stay.description < $1.stay.description }
    }

    // MARK: Parts

    private func namespace(of stay: Stay) -> NetworkNamespace {
        NetworkNamespace(path: "\(configuration.namespaceDirectory)/\(stay)")
    }

    private func require(_ stay: Stay) throws(StepFailure) -> Attachment {
        guard let attachment = known[stay], attachment.phase != .building, attachment.phase != .lingering else {
            throw StepFailure(code: .notHere, message: "the network of this host has nothing of \(stay)")
        }
        return attachment
    }

    private func keep(_ attachment: Attachment) throws(StepFailure) {
        known[attachment.stay] = attachment
        try store.save(attachment)
    }

    private func applyRules() async throws(StepFailure) {
        let rules = HostRules(
            containerNetwork: configuration.containerNetwork, protectedNetworks: configuration.protectedNetworks,
            attachments: known.values.sorted { $0.stay.description < $1.stay.description })
        try await nft.apply(rules.script, for: "packet filter of the host")
    }
}

/// Turns the kernel's refusals into failures of a step.
func failing<Value>(
    isolation: isolated (any Actor)? = #isolation, _ body: () async throws(NetlinkError) -> Value
) async throws(StepFailure) -> Value {
    do {
        return try await body()
    } catch {
        throw StepFailure(error)
    }
}
