/// What follows when a container cannot be moved by its deadline, beside the alarm that it always raises.
public enum ImmovableRule: String, Codable, Sendable, CaseIterable {
    /// Nothing.
    case alarm
    /// It is stopped, and started anew on another host. What it had in memory and had written is lost.
    case restart
    /// The same, on a host that carries nobody else's containers.
    case isolate
    /// It stays, and the containers of other tenants move away from it.
    case evacuate
}
