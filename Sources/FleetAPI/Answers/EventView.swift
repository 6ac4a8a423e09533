import FleetModel

/// An event with what it is about under the name of its kind. The stream of events says the kind beside it, not in it; where
/// there is no such place it is shown by `ActionView`.
public struct EventView: Encodable, Sendable, Equatable {
    /// The event.
    public var event: FleetEvent

    private enum Keys: String, CodingKey {
        case sequence, at, actor, name, action, subject, reason, paused
        case host, tenant, container, relocation, progress, policy, image, alarm
    }

    /// An event.
    public init(event: FleetEvent) { self.event = event }

    /// Encodes the event without its kind.
    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: Keys.self)
        try fields.encode(event.sequence, forKey: .sequence)
        try fields.encode(event.at, forKey: .at)
        try fields.encode(event.actor, forKey: .actor)
        switch event.change {
        case .host(let host): try fields.encode(host, forKey: .host)
        case .hostForgotten(let name): try fields.encode(name, forKey: .name)
        case .tenant(let tenant): try fields.encode(tenant, forKey: .tenant)
        case .tenantRemoved(let name): try fields.encode(name, forKey: .name)
        case .container(let container): try fields.encode(ContainerView(container: container), forKey: .container)
        case .containerRemoved(let name): try fields.encode(name, forKey: .name)
        case .relocation(let relocation): try fields.encode(relocation, forKey: .relocation)
        case .progress(let progress): try fields.encode(progress, forKey: .progress)
        case .policy(let record): try fields.encode(PolicyView(record), forKey: .policy)
        case .policyRemoved(let name): try fields.encode(name, forKey: .name)
        case .image(let image): try fields.encode(image, forKey: .image)
        case .scheduler(let paused): try fields.encode(paused, forKey: .paused)
        case .alarm(let alarm): try fields.encode(alarm, forKey: .alarm)
        case .refused(let action, let subject, let reason):
            try fields.encode(action, forKey: .action)
            try fields.encode(subject, forKey: .subject)
            try fields.encode(reason, forKey: .reason)
        }
    }
}

extension EventView {
    /// Decodes an event whose kind is known.
    /// - Throws: `DecodingError`.
    public init(from decoder: any Decoder, kind: EventKind) throws {
        let fields = try decoder.container(keyedBy: Keys.self)
        event = FleetEvent(
            sequence: try fields.decode(Int64.self, forKey: .sequence),
            at: try fields.decode(Timestamp.self, forKey: .at),
            actor: try fields.decode(String.self, forKey: .actor), change: try Self.change(kind, fields))
    }

    private static func change(_ kind: EventKind, _ fields: KeyedDecodingContainer<Keys>) throws -> FleetChange {
        switch kind {
        case .host: .host(try fields.decode(Host.self, forKey: .host))
        case .hostForgotten: .hostForgotten(try fields.decode(HostName.self, forKey: .name))
        case .tenant: .tenant(try fields.decode(Tenant.self, forKey: .tenant))
        case .tenantRemoved: .tenantRemoved(try fields.decode(TenantName.self, forKey: .name))
        case .container: .container(try fields.decode(ContainerView.self, forKey: .container).container)
        case .containerRemoved: .containerRemoved(try fields.decode(ContainerName.self, forKey: .name))
        case .relocation: .relocation(try fields.decode(Relocation.self, forKey: .relocation))
        case .progress: .progress(try fields.decode(RelocationProgress.self, forKey: .progress))
        case .policy: .policy(try fields.decode(PolicyView.self, forKey: .policy).record)
        case .policyRemoved: .policyRemoved(try fields.decode(PolicyName.self, forKey: .name))
        case .image: .image(try fields.decode(Image.self, forKey: .image))
        case .scheduler: .scheduler(paused: try fields.decode(Bool.self, forKey: .paused))
        case .alarm: .alarm(try fields.decode(Alarm.self, forKey: .alarm))
        case .refused:
            .refused(
                action: try fields.decode(String.self, forKey: .action),
                subject: try fields.decode(String.self, forKey: .subject),
                reason: try fields.decode(String.self, forKey: .reason))
        }
    }
}
