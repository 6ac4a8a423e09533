import FleetModel

/// An event as the API shows it: what it is about stands under a name that its kind gives.
struct EventOnWire: Decodable, Sendable {
    /// The event.
    let event: FleetEvent

    private enum Keys: CodingKey {
        case kind, sequence, at, actor, name, action, subject, reason, paused
        case host, tenant, container, relocation, progress, policy, image, alarm
    }

    /// Decodes an event that names its kind itself, as those of the record of actions do.
    /// - Throws: `DecodingError`.
    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Keys.self)
        event = FleetEvent(
            sequence: try fields.decode(Int64.self, forKey: .sequence),
            at: try fields.decode(Timestamp.self, forKey: .at),
            actor: try fields.decode(String.self, forKey: .actor),
            change: try Self.change(try fields.decode(EventKind.self, forKey: .kind), fields))
    }

    private static func change(_ kind: EventKind, _ fields: KeyedDecodingContainer<Keys>) throws -> FleetChange {
        switch kind {
        case .host: .host(try fields.decode(Host.self, forKey: .host))
        case .hostForgotten: .hostForgotten(try fields.decode(HostName.self, forKey: .name))
        case .tenant: .tenant(try fields.decode(Tenant.self, forKey: .tenant))
        case .tenantRemoved: .tenantRemoved(try fields.decode(TenantName.self, forKey: .name))
        case .container: .container(try fields.decode(ContainerOnWire.self, forKey: .container).container)
        case .containerRemoved: .containerRemoved(try fields.decode(ContainerName.self, forKey: .name))
        case .relocation: .relocation(try fields.decode(Relocation.self, forKey: .relocation))
        case .progress: .progress(try fields.decode(RelocationProgress.self, forKey: .progress))
        case .policy: .policy(try fields.decode(PolicyOnWire.self, forKey: .policy).record)
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
