import FleetModel

/// The addresses of a network that containers get, drawn at random so that nobody can know the next one. The network's first
/// and last address are never drawn.
public struct AddressPool: Sendable {
    /// The network.
    public let network: IPv4Network

    /// How many addresses may be drawn.
    public var count: Int { network.count - 2 }

    /// The addresses of a network of at most 30 bits.
    /// - Throws: `MovingTargetError.networkTooSmall`.
    public init(_ network: IPv4Network) throws(MovingTargetError) {
        guard network.count >= 4 else { throw .networkTooSmall(network) }
        self.network = network
    }

    /// Draws an address, each of the free ones with the same chance.
    /// - Parameter isFree: whether an address may be given to somebody now.
    /// - Throws: `MovingTargetError.addressesExhausted`.
    public func draw(
        using generator: inout some RandomNumberGenerator, isFree: (IPv4Address) -> Bool
    ) throws(MovingTargetError) -> IPv4Address {
        if let address = guess(using: &generator, isFree) { return address }
        let free = (1...count).compactMap(network.address(at:)).filter(isFree)
        guard let address = free.randomElement(using: &generator) else { throw .addressesExhausted(network) }
        return address
    }

    /// Draws from all addresses until a free one comes. That takes few tries while most are free.
    private func guess(
        using generator: inout some RandomNumberGenerator, _ isFree: (IPv4Address) -> Bool
    ) -> IPv4Address? {
        for _ in 0..<32 {
            if let address = network.address(at: Int.random(in: 1...count, using: &generator)), isFree(address) {
                return address
            }
        }
        return nil
    }
}
