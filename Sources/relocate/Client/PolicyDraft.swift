import FleetAPI
import FleetModel

/// What somebody wants of a policy: a document as it is, or changes of what is there.
enum PolicyDraft {
    /// A document; what it leaves out stays as it is.
    case document([String: JSONValue])
    /// Changes.
    case changes((inout Policy) throws -> Void)

    /// The version of the policy that a document was made of, if it says so.
    /// - Parameter name: only a document of the policy with this name counts.
    func version(of name: PolicyName) -> Int? {
        guard case .document(let fields) = self, fields["name"] == .string(name.text),
            case .integer(let version) = fields["version"]
        else { return nil }
        return Int(exactly: version)
    }

    /// The body to send.
    /// - Parameter policy: what is changed.
    /// - Throws: `ClientError.badInput` for changes that make no policy.
    func body(over policy: Policy) throws -> [String: JSONValue] {
        switch self {
        case .document(let fields): return fields.filter { !PolicyView.readOnlyFields.contains($0.key) }
        case .changes:
            guard case .object(let fields) = try JSONValue(encoding: try changed(policy)) else { return [:] }
            return fields
        }
    }

    /// The policy that comes of it, `nil` when only the control plane can tell.
    /// - Throws: `ClientError.badInput` for changes that make no policy.
    func result(over policy: Policy) throws -> Policy? {
        switch self {
        case .changes: return try changed(policy)
        case .document:
            let document = try JSONValue(encoding: policy).merged(with: .object(try body(over: policy)))
            return try? FleetJSON.decode(Policy.self, from: try FleetJSON.encode(document), isStrict: true)
        }
    }

    private func changed(_ policy: Policy) throws -> Policy {
        guard case .changes(let change) = self else { return policy }
        var changed = policy
        do {
            try change(&changed)
            try changed.validate()
        } catch let error as ModelError {
            throw ClientError.badInput("\(error); nothing was changed")
        }
        return changed
    }
}
