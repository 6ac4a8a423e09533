/// The kinds of events, as the stream names them.
enum EventKind: String, Decodable, Sendable, CaseIterable {
    case host, hostForgotten, tenant, tenantRemoved, container, containerRemoved, relocation, policy, image, scheduler
    case alarm, refused

    /// Reads a kind.
    /// - Throws: `ClientError.badInput`.
    init(argument text: String) throws {
        guard let kind = EventKind(rawValue: text) else {
            throw ClientError.badInput("write one of " + Self.allCases.map(\.rawValue).joined(separator: ", "))
        }
        self = kind
    }
}
