import FleetCore
import FleetLedger
import FleetModel
import HTTP

/// Who may be which host; `Admission` decides.
final class Enrolments: Sendable {
    private let fleet: Fleet
    private let agents: AgentRegistry
    private let joinToken: SecretHash
    private let memory: GatewayMemory
    private let credentials: Credentials
    private let supervisor: Supervisor

    init(
        fleet: Fleet, agents: AgentRegistry, memory: GatewayMemory, joinToken: SecretHash,
        credentials: Credentials, supervisor: Supervisor
    ) {
        self.fleet = fleet
        self.agents = agents
        self.joinToken = joinToken
        self.memory = memory
        self.credentials = credentials
        self.supervisor = supervisor
    }

    /// Takes an agent in.
    /// - Throws: `Problem` 401 when the secret does not entitle to the name, 403 when the host was declared off for good.
    func enrol(_ enrolment: Enrolment, secret: String) async throws -> Membership {
        let name = enrolment.host
        let known = credentials[name]
        let shown: Admission.Secret =
            known?.matches(secret) == true ? .credential : joinToken.matches(secret) ? .joinToken : .other
        let admission = Admission(
            shown, as: fleet.snapshot.hosts[name], hasCredential: known != nil, isConnected: agents.isConnected(name))
        let credential: String?
        switch admission {
        case .asBefore: credential = nil
        case .withNewCredential: credential = Secret.random()
        case .lost: throw FleetError.hostLost(name)
        case .unknownSecret:
            throw Problem.unauthorized("the secret is neither the fleet's join token nor the credential of '\(name)'")
        case .placeTaken:
            throw Problem.unauthorized("host '\(name)' is connected already; its place needs its credential")
        }
        let hash = credential.map { SecretHash(of: $0) }
        let session = agents.drawSession(of: name)
        let foreign = try await fleet.change(by: "host:\(name)") { draft in
            try draft.enrol(enrolment)
            if let hash { draft.note(.credential(name, hash)) }
            return draft.state.foreign(among: enrolment.containers ?? [], on: name)
        }
        if let hash { credentials.set(hash, of: name) }
        let hosts = fleet.snapshot.hosts.count
        agents.begin(session: session, of: name, among: hosts)
        if enrolment.role == .gateway { supervisor.run { [memory] in await memory.restore(to: name, in: session) } }
        return Membership(
            credential: credential, session: session, heartbeatSeconds: agents.heartbeatSeconds(among: hosts),
            foreign: foreign)
    }

    /// Whether a secret is one that anybody may enrol with, before more is read of who sends it.
    /// - Throws: `Problem` 401 when it is not.
    func check(_ secret: String) throws {
        guard credentials.host(with: SecretHash(of: secret)) != nil || joinToken.matches(secret) else {
            throw Problem.unauthorized("the secret is neither the fleet's join token nor a host's credential")
        }
    }

    /// The host that a credential belongs to.
    /// - Throws: `Problem` 401 when it belongs to none, 403 when that host was declared off for good.
    func host(withCredential credential: String) throws -> HostName {
        guard let host = credentials.host(with: SecretHash(of: credential)) else {
            throw Problem.unauthorized("the credential is not known; enrol first")
        }
        guard fleet.snapshot.hosts[host]?.state != .lost else { throw FleetError.hostLost(host) }
        return host
    }
}
