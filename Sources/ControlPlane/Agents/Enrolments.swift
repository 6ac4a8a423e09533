import FleetCore
import FleetModel
import HTTP
import Ledger
import Synchronization

/// Who may be which host.
///
/// A host that is new needs the fleet's join token and gets a credential of its own. A host that is known needs its
/// credential; the join token serves it only while its agent is not heard, so that nobody who learned the token can
/// take the place of a host that is there.
final class Enrolments: Sendable {
    private let fleet: Fleet
    private let agents: AgentRegistry
    private let joinToken: SecretHash
    private let memory: GatewayMemory
    private let heartbeatSeconds: Double
    private let credentials: Mutex<[HostName: SecretHash]>
    private let hostsByCredential: Mutex<[SecretHash: HostName]>

    init(
        fleet: Fleet, agents: AgentRegistry, memory: GatewayMemory, joinToken: SecretHash,
        credentials: [HostName: SecretHash], heartbeatSeconds: Double
    ) {
        self.fleet = fleet
        self.agents = agents
        self.joinToken = joinToken
        self.memory = memory
        self.heartbeatSeconds = heartbeatSeconds
        self.credentials = Mutex(credentials)
        hostsByCredential = Mutex(
            Dictionary(credentials.map { ($0.value, $0.key) }, uniquingKeysWith: { first, _ in first }))
    }

    /// Takes an agent in.
    /// - Throws: `Problem` 401 when the secret does not entitle to the name.
    func enrol(_ enrolment: Enrolment, secret: String) async throws -> Membership {
        let name = enrolment.host
        let known = credentials.withLock { $0[name] }
        let isOwner = known?.matches(secret) ?? false
        guard isOwner || joinToken.matches(secret) else {
            throw Problem.unauthorized("the secret is neither the fleet's join token nor the credential of '\(name)'")
        }
        guard isOwner || known == nil || !agents.isConnected(name) else {
            throw Problem.unauthorized("host '\(name)' is connected already; its place needs its credential")
        }
        let credential = isOwner ? nil : Secret.random()
        let hash = credential.map { SecretHash(of: $0) }
        let session = agents.drawSession(of: name)
        try await fleet.change(by: "host:\(name)") { draft in
            try draft.enrol(enrolment)
            if let hash { draft.note(.credential(name, hash)) }
        }
        if let hash {
            let old = credentials.withLock { $0.updateValue(hash, forKey: name) }
            hostsByCredential.withLock { hosts in
                if let old { hosts[old] = nil }
                hosts[hash] = name
            }
        }
        agents.begin(session: session, of: name)
        if enrolment.role == .gateway { Task { await memory.restore(to: name) } }
        return Membership(credential: credential, session: session, heartbeatSeconds: heartbeatSeconds)
    }

    /// Whether a secret is one that anybody may enrol with, before more is read of who sends it.
    /// - Throws: `Problem` 401 when it is not.
    func check(_ secret: String) throws {
        let isCredential = hostsByCredential.withLock { $0[SecretHash(of: secret)] } != nil
        guard isCredential || joinToken.matches(secret) else {
            throw Problem.unauthorized("the secret is neither the fleet's join token nor a host's credential")
        }
    }

    /// The host that a credential belongs to.
    /// - Throws: `Problem` 401 when it belongs to none.
    func host(withCredential credential: String) throws -> HostName {
        guard let host = hostsByCredential.withLock({ $0[SecretHash(of: credential)] }) else {
            throw Problem.unauthorized("the credential is not known; enrol first")
        }
        return host
    }
}
