/// What can go wrong with a lab.
public enum LabError: Error, Sendable, CustomStringConvertible {
    /// Network and mount namespaces need root.
    case notRoot
    /// The machine itself uses addresses of the lab's networks.
    case addressCollision(address: String, interface: String, network: String)
    /// The number of hosts is outside 1 to 200.
    case hostCount(Int)
    /// A lab of another shape is up.
    case differs(detail: String)
    /// Another `up` or `down` is at work.
    case busy(lock: String)
    /// A file or folder could not be handled.
    case files(path: String, reason: String)
    /// The kernel refused something.
    case refused(String)
    /// A command failed.
    case command(String, message: String)
    /// A process ended right after its start, or did not get ready.
    case process(name: String, reason: String, log: String)
    /// Processes outlived SIGKILL.
    case survivors([Int32])

    /// What went wrong and what would be right.
    public var description: String {
        switch self {
        case .notRoot:
            "a lab of network namespaces needs root; a simulated lab does not"
        case .addressCollision(let address, let interface, let network):
            "this machine has \(address) on \(interface), inside the lab's network \(network): choose other networks"
        case .hostCount(let count):
            "a lab has 1 to 200 hosts, not \(count)"
        case .differs(let detail):
            "another lab is up (\(detail)): take it down first"
        case .busy(let lock):
            "another command is at work on this lab (\(lock) is locked)"
        case .files(let path, let reason):
            "\(path): \(reason)"
        case .refused(let text):
            text
        case .command(let command, let message):
            "\(command): \(message)"
        case .process(let name, let reason, let log):
            "\(name) \(reason); its log ends:\n\(log)"
        case .survivors(let processes):
            "processes \(processes.map(String.init).joined(separator: ", ")) do not end"
        }
    }
}
