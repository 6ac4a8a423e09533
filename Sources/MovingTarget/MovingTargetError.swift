import FleetModel

/// What can go wrong in the strategy.
public enum MovingTargetError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A network has no address between its first and its last.
    case networkTooSmall(IPv4Network)
    /// Every address of the network is in use or rests.
    case addressesExhausted(IPv4Network)

    /// What is wrong and what would be right.
    public var description: String {
        switch self {
        case .networkTooSmall(let network):
            "\(network) has no address between its first and its last; take a network of at most 30 bits"
        case .addressesExhausted(let network):
            "every address of \(network) is in use or rests; take a larger network"
        }
    }
}
