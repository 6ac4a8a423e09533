import FleetModel

/// Decodes containers, of which there may be very many, and which are much alike: a part that is equal word for word to one
/// before is not decoded again, and is in memory once.
///
/// Only the words that this project writes (`FleetJSON`) are taken apart here. Anything else is left to the decoder of JSON,
/// which gives the same value, or says what is wrong.
struct ContainerReader: Sendable {
    private var texts = KnownParts<String>()
    private var digests = KnownParts<ImageDigest>()
    private var commands = KnownParts<[String]>()
    private var capabilities = KnownParts<[Capability]>()
    private var environments = KnownParts<[String: String]>()
    private var ports = KnownParts<[PortMapping]>()
    private var limits = KnownParts<ResourceLimits>()
    private var runtimes = KnownParts<RuntimeKind>()
    private var sharings = KnownParts<ImageSharing>()
    private var engineBodies = KnownParts<JSONValue>()
    private var states = KnownParts<ContainerState>()
    private var mobilities = KnownParts<Mobility>()
    private var addresses = KnownParts<[IPv4Address]>()
    private var policies = KnownParts<PolicyName>()
    private var pins = KnownParts<Pin>()
    private var flags = KnownParts<Bool>()
    private var lossRules = KnownParts<HostLossRule>()
    private var restartRules = KnownParts<RestartRule>()
    private var counts = KnownParts<Int>()

    /// The container that a text is of.
    /// - Throws: `DecodingError`.
    mutating func read(_ text: String) throws -> Container {
        let bytes = Array(text.utf8)
        // What cannot be taken apart is decoded as a whole, and only that says what is wrong with it.
        if let container = try? takeApart(bytes[...]) { return container }
        return try FleetJSON.decode(Container.self, from: bytes)
    }

    /// The container, if its text is as this project writes it; `nil` if not.
    mutating func takeApart(_ text: ArraySlice<UInt8>) throws -> Container? {
        guard let fields = Members(text), let specText = fields["spec"], let spec = try spec(specText),
            let state = fields["state"], let mobility = fields["mobility"], let createdAt = fields["createdAt"],
            let retained = fields["retainedAddresses"]
        else { return nil }
        var container = Container(
            spec: spec, state: try states.value(of: state), retainedAddresses: try addresses.value(of: retained),
            mobility: try mobilities.value(of: mobility), createdAt: try createdAt.parsed())
        for (key, value) in fields.all {
            switch key {
            case "spec", "state", "mobility", "createdAt", "retainedAddresses": break
            case "host": container.host = try HostName(value.text())
            case "virtualAddress": container.virtualAddress = try value.parsed()
            case "address": container.address = try value.parsed()
            case "arrivedAt": container.arrivedAt = try value.parsed()
            case "deadlineAt": container.deadlineAt = try value.parsed()
            case "policy": container.policy = try policies.value(of: value)
            case "pin": container.pin = try pins.value(of: value)
            case "isPaused": container.isPaused = try flags.value(of: value)
            case "onHostLoss": container.onHostLoss = try lossRules.value(of: value)
            case "restart": container.restart = try restartRules.value(of: value)
            case "restarts":
                guard let restarts = try restarts(value) else { return nil }
                container.restarts = restarts
            case "adopting": container.adopting = try texts.value(of: value)
            default: return nil
            }
        }
        return container
    }

    private mutating func spec(_ text: ArraySlice<UInt8>) throws -> ContainerSpec? {
        guard let fields = Members(text), let name = fields["name"], let tenant = fields["tenant"],
            let image = fields["image"], let digest = fields["digest"], let runtime = fields["runtime"],
            let command = fields["command"], let environment = fields["environment"], let ports = fields["ports"],
            let limits = fields["limits"]
        else { return nil }
        var spec = ContainerSpec(
            name: try ContainerName(name.text()), tenant: try TenantName(tenant.text()),
            image: try texts.value(of: image), digest: try digests.value(of: digest),
            command: try commands.value(of: command), environment: try environments.value(of: environment),
            ports: try self.ports.value(of: ports), limits: try self.limits.value(of: limits),
            runtime: try runtimes.value(of: runtime))
        let body = fields["engineBody"]
        if let body { spec.engineBody = try engineBodies.value(of: body) }
        let sharing = fields["imageSharing"]
        if let sharing { spec.imageSharing = try sharings.value(of: sharing) }
        let asked = fields["capabilities"]
        if let asked { spec.capabilities = try capabilities.value(of: asked) }
        return fields.all.count == 9 + [body, sharing, asked].count { $0 != nil } ? spec : nil
    }

    private mutating func restarts(_ text: ArraySlice<UInt8>) throws -> Restarts? {
        guard let fields = Members(text), let count = fields["count"] else { return nil }
        var restarts = Restarts(count: try counts.value(of: count))
        for (key, value) in fields.all where key != "count" {
            switch key {
            case "startedAt": restarts.startedAt = try value.parsed()
            case "nextAt": restarts.nextAt = try value.parsed()
            default: return nil
            }
        }
        return restarts
    }
}

/// The members of an object, of which there are few.
private struct Members {
    let all: [(key: String, value: ArraySlice<UInt8>)]

    /// `nil` for what is no object, or is not written as this project does it.
    init?(_ text: ArraySlice<UInt8>) {
        var members = JSONMembers(text)
        var all: [(String, ArraySlice<UInt8>)] = []
        all.reserveCapacity(20)
        while let (key, value) = members.next() { all.append((String(decoding: key, as: UTF8.self), value)) }
        guard members.isWhole else { return nil }
        self.all = all
    }

    subscript(key: String) -> ArraySlice<UInt8>? { all.first { $0.key == key }?.value }
}

/// A string in which something is escaped, or no string.
private struct NotPlain: Error {}

extension ArraySlice<UInt8> {
    fileprivate func text() throws -> String {
        guard let plainText else { throw NotPlain() }
        return String(decoding: plainText, as: UTF8.self)
    }

    fileprivate func parsed<Value: StringCodable>() throws -> Value { try Value(text()) }
}
