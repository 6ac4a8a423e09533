/// The kinds of events, as the stream names them.
enum EventKind: String, Decodable, Sendable, CaseIterable {
    case host, hostForgotten, tenant, tenantRemoved, container, containerRemoved, relocation, progress, policy
    case policyRemoved, image, scheduler, alarm, refused
}
