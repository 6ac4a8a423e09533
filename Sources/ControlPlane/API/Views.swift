import FleetCore
import FleetModel

// The wire's shapes where they are not those of the vocabulary. Lists, details and events all use these.

/// A host with the names of its containers.
struct HostView: Encodable {
    var host: Host
    var containers: [ContainerName]

    private enum Keys: CodingKey { case containers, profile }

    func encode(to encoder: any Encoder) throws {
        try host.encode(to: encoder)
        var fields = encoder.container(keyedBy: Keys.self)
        try fields.encode(containers, forKey: .containers)
        try fields.encode(host.profile, forKey: .profile)
    }
}

/// A container with its specification beside its state, in one object.
struct ContainerView: Encodable {
    var container: Container

    private enum Keys: CodingKey {
        case state, stateDetail, relocation, lostHost, host, virtualAddress, address, retainedAddresses, mobility,
            createdAt
        case arrivedAt, deadlineAt, policy, pin, isPaused, onHostLoss, restart, restarts
    }

    func encode(to encoder: any Encoder) throws {
        try container.spec.encode(to: encoder)
        var fields = encoder.container(keyedBy: Keys.self)
        try fields.encode(container.state.word, forKey: .state)
        try fields.encode(container.state.detail, forKey: .stateDetail)
        try fields.encode(container.state.relocation, forKey: .relocation)
        try fields.encode(container.state.lostHost, forKey: .lostHost)
        try fields.encode(container.host, forKey: .host)
        try fields.encode(container.virtualAddress, forKey: .virtualAddress)
        try fields.encode(container.address, forKey: .address)
        try fields.encode(container.retainedAddresses, forKey: .retainedAddresses)
        try fields.encode(MobilityView(container.mobility), forKey: .mobility)
        try fields.encode(container.createdAt, forKey: .createdAt)
        try fields.encode(container.arrivedAt, forKey: .arrivedAt)
        try fields.encode(container.deadlineAt, forKey: .deadlineAt)
        try fields.encode(container.policy, forKey: .policy)
        try fields.encode(container.pin, forKey: .pin)
        try fields.encode(container.isPaused, forKey: .isPaused)
        try fields.encode(container.onHostLoss, forKey: .onHostLoss)
        try fields.encode(container.restart, forKey: .restart)
        try fields.encode(container.restarts, forKey: .restarts)
    }
}

private struct MobilityView: Encodable {
    var state: String
    var reason: String?
    var log: String?

    init(_ mobility: Mobility) {
        switch mobility {
        case .unknown: state = "unknown"
        case .movable: state = "movable"
        case .immovable(let reason, let log):
            state = "immovable"
            self.reason = reason
            self.log = log
        }
    }
}

extension ContainerState {
    /// Why it is so, where that is not obvious.
    fileprivate var detail: String? {
        switch self {
        case .stopped(let reason), .failed(let reason): reason
        case .stranded(let relocation): "relocation \(relocation) failed on both hosts"
        case .lost(let host): "it was lost with host '\(host)'"
        case .starting, .running, .relocating, .stopping, .removing: nil
        }
    }

    /// The host it was lost with.
    fileprivate var lostHost: HostName? { if case .lost(let host) = self { host } else { nil } }

    fileprivate var relocation: RelocationID? {
        switch self {
        case .relocating(let relocation), .stranded(let relocation): relocation
        case .starting, .running, .stopping, .stopped, .failed, .removing, .lost: nil
        }
    }
}

/// An event with what it is about under the name of its kind.
struct EventView: Encodable {
    var event: FleetEvent

    private enum Keys: String, CodingKey {
        case sequence, at, actor, name, action, subject, reason, paused
        case host, tenant, container, relocation, progress, policy, image, alarm
    }

    func encode(to encoder: any Encoder) throws {
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

/// An event in the record of actions: with its kind in a field.
struct ActionView: Encodable {
    var event: FleetEvent

    private enum Keys: CodingKey { case kind }

    func encode(to encoder: any Encoder) throws {
        try EventView(event: event).encode(to: encoder)
        var fields = encoder.container(keyedBy: Keys.self)
        try fields.encode(event.change.kind, forKey: .kind)
    }
}

/// A part of a list.
struct ListView<Item: Encodable>: Encodable {
    var items: [Item]
    /// The cursor of the next part; `nil` on the last.
    var next: String?
    /// How many items the whole list has; `nil` where only counting all of them would tell.
    var total: Int?

    private enum Keys: CodingKey { case items, next, total }

    func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: Keys.self)
        try fields.encode(items, forKey: .items)
        try fields.encode(next, forKey: .next)
        try fields.encodeIfPresent(total, forKey: .total)
    }
}
