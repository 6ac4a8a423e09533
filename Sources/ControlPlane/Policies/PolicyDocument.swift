import FleetAPI
import FleetModel
import HTTP

/// A policy as somebody sends it: what is left out stays as it was, object by object, and a clock of another model replaces
/// the whole clock.
struct PolicyDocument {
    private var fields: [String: JSONValue]

    /// Takes a body.
    /// - Throws: `Problem` 400 for what is no JSON object.
    init(_ body: JSONValue) throws {
        guard case .object(let fields) = body else {
            throw Problem(.badRequest, code: "invalidJSON", detail: "the body must be a JSON object")
        }
        self.fields = fields
    }

    /// Takes a field out that is not part of the policy.
    /// - Throws: `Problem` 422 when it is not of the type.
    mutating func take<Value: Decodable>(_ field: String, as type: Value.Type) throws -> Value? {
        guard let value = fields.removeValue(forKey: field), value != .null else { return nil }
        do {
            return try FleetJSON.decode(type, from: try FleetJSON.encode(value))
        } catch let error as DecodingError {
            throw Problem(field: field, detail: "\(field): \(Problem.words(for: error))")
        }
    }

    /// The policy that comes of it.
    /// - Parameter base: what holds where the document says nothing.
    /// - Throws: `Problem` 422 for a field that is wrong or unknown, naming it and what would be right.
    func applied(to base: Policy) throws -> Policy {
        var changes = fields
        for field in PolicyView.readOnlyFields { changes[field] = nil }
        var document = try JSONValue(encoding: base)
        if let rate = changes.removeValue(forKey: "attacksPerSecond") ?? changes["clock"]?["attacksPerSecond"] {
            guard changes["assumedAttackSeconds"] == nil else {
                throw Problem(
                    field: "attacksPerSecond",
                    detail: "give either assumedAttackSeconds or attacksPerSecond: each is 1 divided by the other")
            }
            changes["assumedAttackSeconds"] = .number(1 / (try Self.number(rate)))
        }
        if case .object(var clock) = changes["clock"] {
            clock["attacksPerSecond"] = nil
            changes["clock"] = .object(clock)
            if let model = clock["model"], model != document["clock"]?["model"], case .object(var all) = document {
                all["clock"] = .object([:])
                document = .object(all)
            }
        }
        do {
            let bytes = try FleetJSON.encode(document.merged(with: .object(changes)))
            let policy = try FleetJSON.decode(Policy.self, from: bytes, isStrict: true)
            try policy.validate()
            return policy
        } catch let error as DecodingError {
            throw Problem(decoding: error)
        } catch ModelError.outOfRange(let field, let detail) {
            throw Problem(field: field, detail: "\(field): \(detail)")
        } catch is EncodingError {
            throw Problem(field: "attacksPerSecond", detail: "attacksPerSecond: must be above 0")
        }
    }

    private static func number(_ value: JSONValue) throws -> Double {
        switch value {
        case .integer(let number): return Double(number)
        case .number(let number): return number
        default: throw Problem(field: "attacksPerSecond", detail: "attacksPerSecond: must be a number")
        }
    }
}
