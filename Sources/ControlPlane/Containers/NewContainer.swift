import FleetCore
import FleetModel
import ImageStore

/// A container that somebody wants.
struct NewContainer: Sendable {
    var name: ContainerName
    var tenant: TenantName
    var image: String
    var command: [String]
    var environment: [String: String]
    var ports: [PortMapping]
    var limits: ResourceLimits
    var capabilities: [Capability] = []
    /// Whether its root user is to be the host's own.
    var hostRoot = false
    /// `nil` for the one that the fleet's hosts have.
    var runtime: RuntimeKind?
    /// `nil` for any host that may take it.
    var host: HostName?
    /// `nil` for its tenant's.
    var policy: PolicyName?
    var onHostLoss = HostLossRule.stay
    var restart = RestartRule.never

    /// Checks what can be checked without the fleet.
    /// - Throws: `FleetError.invalid` or `ModelError`, naming the field.
    func validate() throws {
        try limits.validate()
        try Self.validate(ports: ports)
        for name in environment.keys where name.isEmpty || name.contains("=") || name.contains("\0") {
            throw FleetError.invalid(field: "environment", detail: "'\(name)' is not the name of a variable")
        }
        for text in command + Array(environment.values) where text.contains("\0") {
            throw FleetError.invalid(field: "command", detail: "commands and variables cannot hold NUL")
        }
    }

    /// Checks what clients are to reach.
    /// - Throws: `FleetError.invalid`.
    static func validate(ports: [PortMapping]) throws(FleetError) {
        if let port = ports.first(where: { $0.port == 0 || $0.containerPort == 0 }) {
            throw .invalid(
                field: "ports", detail: "must be 1 to 65535, is \(min(port.port, port.containerPort))")
        }
        guard Set(ports.map(\.port)).count == ports.count else {
            throw .invalid(field: "ports", detail: "the same port is mapped twice")
        }
    }

    /// The specification with the image and the runtime resolved.
    /// - Throws: `FleetError.invalid` when there is no such image, or it names no command and neither does this.
    func resolve(with images: ImageRepository, runtimes: Set<RuntimeKind>) throws -> ContainerSpec {
        let runtime = runtime ?? [.runc, .docker].first(where: runtimes.contains) ?? .simulated
        guard !hostRoot || runtime == .runc else {
            throw FleetError.invalid(
                field: "hostRoot",
                detail:
                    "is for containers of runc, and this is one of \(runtime.rawValue); whose ids a Docker daemon's containers "
                    + "have is set for the daemon (userns-remap)")
        }
        let digest: ImageDigest
        guard let found = try? images.resolve(image) else {
            throw FleetError.invalid(
                field: "image", detail: "there is no image '\(image)'; import it with 'relocate images import'")
        }
        guard !command.isEmpty || !found.defaults.command.isEmpty else {
            throw FleetError.invalid(field: "command", detail: "image '\(image)' names no command; give one")
        }
        digest = found.digest
        let asked = Set(capabilities).sorted { $0.rawValue < $1.rawValue }
        return ContainerSpec(
            name: name, tenant: tenant, image: image, digest: digest, command: command, environment: environment,
            ports: ports, limits: limits, capabilities: asked.isEmpty ? nil : asked,
            hostRoot: hostRoot ? true : nil, runtime: runtime)
    }
}
