import FleetModel
import FoundationEssentials
import SystemSupport

/// The secret by which the control plane knows this host, kept in the agent's state directory, owner only.
struct AgentIdentity: Sendable {
    private let path: String
    private let joinToken: String?

    /// - Parameters:
    ///   - directory: the agent's state directory.
    ///   - joinTokenFile: the file with the fleet's join token; needed for the first enrolment only.
    /// - Throws: `AgentError` when the file cannot be read.
    init(directory: String, joinTokenFile: String?) throws {
        path = directory + "/credential"
        joinToken = try joinTokenFile.map { file in
            guard let data = FileManager.default.contents(atPath: file) else {
                throw AgentError.unreadable(file: file, what: "the join token")
            }
            return Self.trimmed(data)
        }
    }

    /// The credential of an earlier enrolment; `nil` before the first.
    var credential: String? {
        FileManager.default.contents(atPath: path).map(Self.trimmed)
    }

    /// What to enrol with.
    /// - Throws: `AgentError.noSecret` when there is neither a credential nor a join token.
    func secret() throws -> String {
        guard let secret = credential ?? joinToken else { throw AgentError.noSecret }
        return secret
    }

    /// The join token, for when the control plane has forgotten the credential.
    var fallback: String? { credential == nil ? nil : joinToken }

    /// Keeps the credential that an enrolment gave. It is on the disk then: the control plane counts on it, and a machine that
    /// came back without it could not enrol.
    func keep(_ credential: String) throws(SystemCallError) {
        try WholeFile.write(Array(credential.utf8), to: path, outliving: .machine)
    }

    private static func trimmed(_ data: Data) -> String {
        String(decoding: data, as: UTF8.self).split(whereSeparator: \.isWhitespace).first.map(String.init) ?? ""
    }
}

/// What can stop an agent.
public enum AgentError: Error, CustomStringConvertible {
    /// A file that is needed cannot be read.
    case unreadable(file: String, what: String)
    /// There is no secret to enrol with.
    case noSecret
    /// Another agent has enrolled under this host's name.
    case superseded
    /// The control plane does not accept the agent.
    case refused(String)

    /// What is wrong and what would be right.
    public var description: String {
        switch self {
        case .unreadable(let file, let what): "cannot read \(what) from \(file)"
        case .noSecret: "this host has not enrolled yet: give the fleet's join token with --token-file"
        case .superseded: "another agent has enrolled under this host's name; this one ends"
        case .refused(let detail): detail
        }
    }
}
