import FleetModel

/// Whether a container can be moved: a word, and where it cannot be the reason and what the tool said.
struct MobilityView: Codable {
    let mobility: Mobility

    private enum State: String { case unknown, movable, immovable }

    private enum CodingKeys: CodingKey { case state, reason, log }

    init(_ mobility: Mobility) { self.mobility = mobility }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        let text = try fields.decode(String.self, forKey: .state)
        switch State(rawValue: text) {
        case .unknown: mobility = .unknown
        case .movable: mobility = .movable
        case .immovable:
            mobility = .immovable(
                reason: try fields.decodeIfPresent(String.self, forKey: .reason) ?? "",
                log: try fields.decodeIfPresent(String.self, forKey: .log) ?? "")
        case nil:
            throw DecodingError.dataCorruptedError(
                forKey: .state, in: fields, debugDescription: "'\(text)' says nothing about mobility")
        }
    }

    func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        let state: State
        switch mobility {
        case .unknown: state = .unknown
        case .movable: state = .movable
        case .immovable(let reason, let log):
            state = .immovable
            try fields.encode(reason, forKey: .reason)
            try fields.encode(log, forKey: .log)
        }
        try fields.encode(state.rawValue, forKey: .state)
    }
}
