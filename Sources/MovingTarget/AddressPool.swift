import FleetModel

/// The addresses of a network that containers get, drawn at random so that nobody can know the next one.
///
/// A released address rests in quarantine before it is drawn again: what was learned of it, or still travels to it,
/// must not reach another container. The network's first and last address are never drawn.
public struct AddressPool: Sendable {
    /// The network.
    public let network: IPv4Network
    private var taken: Set<IPv4Address>
    private var quarantine: [IPv4Address: Timestamp]

    /// A pool with what is known after a start; addresses outside the network are left aside.
    /// - Parameters:
    ///   - network: The network, of at most 30 bits.
    ///   - taken: Addresses in use, and any others that are not to be drawn.
    ///   - quarantine: Addresses that are not to be drawn before the time beside them.
    /// - Throws: `MovingTargetError.networkTooSmall`.
    public init(
        network: IPv4Network, taken: some Sequence<IPv4Address> = [], quarantine: [IPv4Address: Timestamp] = [:]
    ) throws(MovingTargetError) {
        guard network.count >= 4 else { throw .networkTooSmall(network) }
        self.network = network
        self.taken = Set(taken.filter { Self.isDrawable($0, network) })
        self.quarantine = quarantine.filter { Self.isDrawable($0.key, network) }
        for address in self.taken { self.quarantine[address] = nil }
    }

    /// How many addresses could be drawn.
    public func freeCount(at now: Timestamp) -> Int {
        network.count - 2 - taken.count - quarantine.values.count { $0 > now }
    }

    /// Draws an address, each of the free ones with the same chance. It counts as in use from then on.
    /// - Throws: `MovingTargetError.addressesExhausted`.
    public mutating func draw(
        at now: Timestamp, using generator: inout some RandomNumberGenerator
    ) throws(MovingTargetError) -> IPv4Address {
        guard let address = guess(at: now, using: &generator) ?? pick(at: now, using: &generator) else {
            throw .addressesExhausted(network, nextFreeAt: quarantine.values.min())
        }
        take(address)
        return address
    }

    /// An address is in use, whatever it was before.
    public mutating func take(_ address: IPv4Address) {
        guard Self.isDrawable(address, network) else { return }
        taken.insert(address)
        quarantine[address] = nil
    }

    /// An address is no longer in use; it is not drawn before the time given.
    public mutating func release(_ address: IPv4Address, quarantinedUntil end: Timestamp) {
        guard taken.remove(address) != nil else { return }
        quarantine[address] = end
    }

    /// Draws from all addresses until a free one comes. That takes few tries while most are free.
    private func guess(at now: Timestamp, using generator: inout some RandomNumberGenerator) -> IPv4Address? {
        for _ in 0..<32 {
            let offset = Int.random(in: 1...network.count - 2, using: &generator)
            if let address = network.address(at: offset), isFree(address, at: now) { return address }
        }
        return nil
    }

    /// Draws from the free addresses, all of them found first.
    private mutating func pick(at now: Timestamp, using generator: inout some RandomNumberGenerator) -> IPv4Address? {
        quarantine = quarantine.filter { $0.value > now }
        let pool = self
        return (1...network.count - 2).compactMap { pool.network.address(at: $0) }.filter { pool.isFree($0, at: now) }
            .randomElement(using: &generator)
    }

    private func isFree(_ address: IPv4Address, at now: Timestamp) -> Bool {
        !taken.contains(address) && quarantine[address].map { $0 <= now } ?? true
    }

    private static func isDrawable(_ address: IPv4Address, _ network: IPv4Network) -> Bool {
        network.contains(address) && address != network.base && address != network.address(at: network.count - 1)
    }
}
