import FleetModel

/// Why something that was asked of the fleet cannot be done. Nothing has changed when one of these is thrown.
public enum FleetError: Error, Sendable, Equatable, CustomStringConvertible {
    /// There is no such thing.
    case notFound(kind: String, name: String)
    /// There is one already.
    case exists(kind: String, name: String)
    /// The thing is not in a state that allows it.
    case conflict(String)
    /// A field of what was asked is wrong; `detail` says what would be right.
    case invalid(field: String, detail: String)
    /// Somebody else changed it in between.
    case stale(current: String)
    /// An agent that is needed did not answer or failed.
    case agent(host: HostName, StepFailure)
    /// A host that was declared off for good is not let in.
    case hostLost(HostName)
    /// No address is free.
    case addressesExhausted(IPv4Network)

    /// What is wrong and what would be right.
    public var description: String {
        switch self {
        case .notFound(let kind, let name): "there is no \(kind) '\(name)'"
        case .exists(let kind, let name): "there is a \(kind) '\(name)' already"
        case .conflict(let detail): detail
        case .invalid(let field, let detail): "\(field): \(detail)"
        case .stale(let current): "it was changed in between; the present version is \(current)"
        case .agent(let host, let failure): "\(host): \(failure)"
        case .hostLost(let host):
            "host '\(host)' was declared off for good; 'relocate hosts readmit \(host)' lets it in again"
        case .addressesExhausted(let network): "no address of \(network) is free"
        }
    }
}
