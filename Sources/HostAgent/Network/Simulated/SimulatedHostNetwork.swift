import FleetModel
import Synchronization

/// A host's network that only remembers what it was told: for machines without the right to change the network, and
/// for tests. No connection uses an address, so sealed ones can be dropped at once.
public final class SimulatedHostNetwork: HostNetwork {
    private struct Entry {
        var attachment: NetworkAttachment
        var sealed: Set<IPv4Address> = []
    }

    private let entries = Mutex<[Stay: Entry]>([:])

    /// A network with nothing attached.
    public init() {}

    /// See `HostNetwork`.
    public func attach(
        _ stay: Stay, address: IPv4Address, in own: NetworkNamespace?
    ) async throws(StepFailure) -> NetworkNamespace {
        add(stay, address: address, retained: [])
    }

    /// See `HostNetwork`.
    public func prepare(
        _ stay: Stay, oldAddresses: [IPv4Address], newAddress: IPv4Address, in own: NetworkNamespace?
    ) async throws(StepFailure) -> NetworkNamespace {
        add(stay, address: newAddress, retained: oldAddresses.filter { $0 != newAddress })
    }

    /// See `HostNetwork`.
    public func expect(
        _ stay: Stay, oldAddresses: [IPv4Address], newAddress: IPv4Address
    ) async throws(StepFailure) -> NetworkNamespace {
        try await prepare(stay, oldAddresses: oldAddresses, newAddress: newAddress)
    }

    /// See `HostNetwork`. Nobody comes through it.
    public func doorway(of stay: Stay) async throws(StepFailure) -> Doorway {
        try update(stay) { _ in Doorway { _ in } }
    }

    /// See `HostNetwork`.
    public func divert(_ stay: Stay) async throws(StepFailure) { try update(stay) { _ in } }

    /// See `HostNetwork`.
    public func reclaim(_ stay: Stay) async throws(StepFailure) { try update(stay) { _ in } }

    /// See `HostNetwork`. Nobody ever waits.
    public func settle(_ stay: Stay, rules: ConnectionRules) async throws(StepFailure) { try update(stay) { _ in } }

    /// See `HostNetwork`. Nobody ever waits.
    public func whenStill(_ stay: Stay) async throws(StepFailure) -> StillNetwork {
        try update(stay) { _ in
            StillNetwork {
                0
            } silence: { _ in
            }
        }
    }

    /// See `HostNetwork`.
    public func shield(_ stay: Stay) async throws(StepFailure) { try update(stay) { _ in } }

    /// See `HostNetwork`.
    public func unshield(_ stay: Stay) async throws(StepFailure) { try update(stay) { _ in } }

    /// See `HostNetwork`. Nothing is connected.
    public func reset(_ broken: [BrokenConnection], of stay: Stay) async throws(StepFailure) {
        try update(stay) { _ in }
    }

    /// See `HostNetwork`.
    public func resetHalves(_ stay: Stay) async throws(StepFailure) { try update(stay) { _ in } }

    /// See `HostNetwork`. Nothing is ever being closed.
    public func keepClosing(_ stay: Stay) async throws(StepFailure) -> [TCPConnection] { try update(stay) { _ in [] } }

    /// See `HostNetwork`.
    public func endLingering() async throws(StepFailure) {}

    /// See `HostNetwork`.
    public func deliver(_ stay: Stay, without closing: [TCPConnection]) async throws(StepFailure) {
        try update(stay) { _ in }
    }

    /// See `HostNetwork`. Nobody listens.
    public func admitListeners(_ stay: Stay) async throws(StepFailure) { try update(stay) { _ in } }

    /// See `HostNetwork`. Nobody listens.
    public func acceptAtOnce(_ stay: Stay) async throws(StepFailure) { try update(stay) { _ in } }

    /// See `HostNetwork`.
    public func seal(_ stay: Stay, oldAddresses: [IPv4Address]) async throws(StepFailure) {
        try update(stay) { $0.sealed.formUnion(Set(oldAddresses).intersection($0.attachment.retainedAddresses)) }
    }

    /// See `HostNetwork`.
    public func dropIdleAddresses(_ stay: Stay) async throws(StepFailure) -> [IPv4Address] {
        try update(stay) { entry in
            entry.attachment.retainedAddresses.removeAll { entry.sealed.contains($0) }
            entry.sealed = []
            return entry.attachment.retainedAddresses
        }
    }

    /// See `HostNetwork`.
    public func detach(_ stay: Stay) async throws(StepFailure) {
        entries.withLock { $0[stay] = nil }
    }

    /// See `HostNetwork`.
    public func remove(container: ContainerName) async throws(StepFailure) {
        entries.withLock { entries in entries = entries.filter { $0.key.container != container } }
    }

    /// See `HostNetwork`.
    public func attachments() async -> [NetworkAttachment] {
        entries.withLock { $0.values.map(\.attachment) }.sorted { $0.stay.description < $1.stay.description }
    }

    private func add(_ stay: Stay, address: IPv4Address, retained: [IPv4Address]) -> NetworkNamespace {
        let namespace = NetworkNamespace(path: "/simulated/netns/\(stay)")
        let attachment = NetworkAttachment(
            stay: stay, namespace: namespace, address: address, retainedAddresses: retained)
        entries.withLock { $0[stay] = Entry(attachment: attachment) }
        return namespace
    }

    private func update<Value: Sendable>(
        _ stay: Stay, _ body: (inout Entry) -> Value
    ) throws(StepFailure) -> Value {
        let value = entries.withLock { entries -> Value? in
            guard var entry = entries[stay] else { return nil }
            let value = body(&entry)
            entries[stay] = entry
            return value
        }
        guard let value else {
            throw StepFailure(code: .notHere, message: "the network of this host has nothing of \(stay)")
        }
        return value
    }
}
