import FleetModel
import MovingTarget

/// Which addresses are free.
extension FleetState {
    /// A free address for a container.
    /// - Throws: `FleetError.addressesExhausted`.
    package func freeAddress(of network: IPv4Network, at now: Timestamp) throws(FleetError) -> IPv4Address {
        var generator = randomness.addresses
        do {
            return try AddressPool(network).draw(using: &generator) { address in
                index.addressUses[address] == nil && index.fencedAddresses[address] == nil
                    && quarantine.end(of: address, at: now) == nil
            }
        } catch {
            throw .addressesExhausted(network)
        }
    }

    /// The lowest free virtual address.
    /// - Throws: `FleetError.addressesExhausted`.
    package func freeVirtualAddress(of network: IPv4Network) throws(FleetError) -> IPv4Address {
        let free = (1..<max(network.count - 1, 1)).lazy.compactMap(network.address(at:)).first {
            index.containersByVirtualAddress[$0] == nil
        }
        guard let free else { throw .addressesExhausted(network) }
        return free
    }
}
