import FleetAPI
import FleetModel
import HTTPTypes

/// A change of a policy over the version that was read. When somebody was faster nothing is changed, and it tells who
/// changed what in between.
struct PolicyEdit {
    let session: Session
    let name: PolicyName
    /// The answer that brought the version.
    let answer: Answer
    /// The version that the change is made over.
    let base: PolicyView

    /// Reads the present version.
    static func begin(_ name: PolicyName, _ session: Session) async throws -> PolicyEdit {
        let answer = try await session.api.get(APIPath("policies", name.text))
        return PolicyEdit(session: session, name: name, answer: answer, base: try answer.decode(PolicyView.self))
    }

    /// Makes the change.
    /// - Parameters:
    ///   - wanted: what the policy was to be; `nil` when that is not known or not to be told.
    ///   - send: sends it with the entity tag of the version that was read.
    /// - Throws: `ClientError.failed` when somebody was faster.
    func make(wanted: Policy? = nil, _ send: (_ tag: String) async throws -> Answer) async throws -> Answer {
        guard let tag = answer.headerFields[.eTag] else {
            throw ClientError.notUnderstood("policy '\(name)' came without an ETag")
        }
        do {
            return try await send(tag)
        } catch ClientError.refused(let problem) where problem.status == 412 {
            throw ClientError.failed(try await conflict(since: base, wanted: wanted).words)
        }
    }

    /// Fails when a document was made of an older version than the present one.
    func check(_ draft: PolicyDraft) async throws {
        guard let version = draft.version(of: name), version != base.record.version else { return }
        let path = APIPath("policies", name.text, "versions", String(version))
        let older = try? await session.api.get(path).decode(PolicyView.self)
        guard let older, version < base.record.version else {
            throw ClientError.failed(
                "the file is of version \(version) of policy '\(name)', and the present one is \(base.record.version); "
                    + "nothing was changed\nmake the file anew, or take 'version' out of it")
        }
        let wanted = try draft.result(over: older.record.policy)
        throw ClientError.failed(try await conflict(since: older, wanted: wanted).words)
    }

    private func conflict(since base: PolicyView, wanted: Policy?) async throws -> PolicyConflict {
        // The complaint matters more than its details: without the history it is told all the same.
        let history = try? await session.api.list(APIPath("policies", name.text, "versions"), .newest(20))
            .decode(ListView<PolicyView>.self)
        let newer = (history?.items ?? []).map(\.record).filter { $0.version > base.record.version }
        return PolicyConflict(
            base: base.record, newer: newer.sorted { $0.version < $1.version }, wanted: wanted, now: session.now)
    }
}

/// What others changed of a policy while somebody was changing it.
struct PolicyConflict {
    /// The version that was started from.
    let base: PolicyRecord
    /// The versions since then, the oldest first; empty when the policy is gone or its history cannot be read.
    let newer: [PolicyRecord]
    /// What the policy was to be.
    let wanted: Policy?
    let now: Timestamp

    /// Who changed what, and what was to be changed, line by line.
    var words: String {
        get throws {
            var lines = [
                "policy '\(base.name)' was changed by somebody else in between; nothing of yours was changed"
            ]
            for (before, after) in zip([base] + newer, newer) {
                let changes = try PolicyDifference(from: before.policy, to: after.policy).words
                let age = Units.span(seconds: now.seconds(since: after.changedAt))
                lines.append(
                    "version \(after.version) by \(after.changedBy), \(age) ago: "
                        + (changes.isEmpty ? "nothing else" : changes))
            }
            if let wanted {
                let changes = try PolicyDifference(from: base.policy, to: wanted).words
                lines.append("yours, over version \(base.version): \(changes.isEmpty ? "nothing else" : changes)")
            }
            lines.append("look with 'relocate policy show \(base.name)' and do it again if it is still right")
            return lines.joined(separator: "\n")
        }
    }
}
