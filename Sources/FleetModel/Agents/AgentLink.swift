/// The link between an agent and the control plane
/// ===============================================
///
/// The agent dials, so that hosts need no open port. It uses HTTP on the control plane's agent listener:
///
/// 1. `POST /agent/v1/enrol` with an `Enrolment` and `Authorization: Bearer TOKEN`, where TOKEN is the fleet's join
///    token, or the credential that an earlier enrolment gave. The answer is a `Membership`. Only a holder of a host's
///    credential can enrol under the name of a host that is known; the join token serves for new names.
///    An agent ends the containers that the answer names before it does anything else. 403 with the code `hostLost` tells it
///    that its host was declared off for good: no container is its own any more, and it ends all that it has.
/// 2. `GET /agent/v1/commands` with the credential: an event stream. Each `command` event holds an `AgentCommand`.
///    On every new stream all commands without an outcome are sent again; the agent knows them by their ids.
/// 3. `POST /agent/v1/outcomes` with an `OrderOutcome`, repeated until it is answered.
/// 4. `POST /agent/v1/heartbeat` with a `Heartbeat`: within a second of any change on the host, and where nothing changes
///    every `Membership.heartbeatSeconds`, or as often as the last `HeartbeatAnswer` said, which depends on how many hosts
///    there are. 409 tells an agent that a newer session of the same host has enrolled.
public struct Enrolment: Codable, Sendable, Hashable {
    /// The host's name.
    public var host: HostName
    /// What the host does in the fleet.
    public var role: HostRole
    /// The address at which other hosts reach this one.
    public var address: IPv4Address
    /// What the agent found out about the machine.
    public var facts: HostFacts
    /// How many containers it may carry.
    public var capacity: HostCapacity
    /// The containers of which the host has anything; `nil` from a gateway, and from agents of earlier versions.
    public var containers: [ContainerName]?

    /// An agent's introduction.
    public init(
        host: HostName, role: HostRole, address: IPv4Address, facts: HostFacts, capacity: HostCapacity,
        containers: [ContainerName]? = nil
    ) {
        self.host = host
        self.role = role
        self.address = address
        self.facts = facts
        self.capacity = capacity
        self.containers = containers
    }
}

/// The control plane's answer to an enrolment.
public struct Membership: Codable, Sendable, Hashable {
    /// The secret that this host uses from now on; `nil` when it enrolled with it.
    public var credential: String?
    /// The number of this session; it grows with each enrolment of the host.
    public var session: Int64
    /// How often the agent is to send a heartbeat where nothing changes, in seconds.
    public var heartbeatSeconds: Double
    /// The containers that are not this host's any more: its agent ends them before it opens its stream of commands.
    /// `nil` when there are none.
    public var foreign: [ContainerName]?

    /// The code of the problem that tells an agent that its host is lost.
    public static let lostCode = "hostLost"
    /// The code of the problem that tells an agent that a newer one has enrolled.
    public static let supersededCode = "superseded"

    /// The answer to an enrolment.
    public init(
        credential: String?, session: Int64, heartbeatSeconds: Double, foreign: [ContainerName] = []
    ) {
        self.foreign = foreign.isEmpty ? nil : foreign
        self.credential = credential
        self.session = session
        self.heartbeatSeconds = heartbeatSeconds
    }
}

/// An agent's sign of life.
public struct Heartbeat: Codable, Sendable, Hashable {
    /// The session it belongs to.
    public var session: Int64
    /// What is really on the host; `nil` when nothing has changed since the last heartbeat that was answered, or `news` says
    /// what has.
    public var inventory: HostInventory?
    /// What has changed there since the last heartbeat that was answered; never in the first of a session.
    public var news: InventoryNews?
    /// The round trip of the last heartbeat in milliseconds, as the agent measured it.
    public var roundTripMilliseconds: Double?
    /// The host's profile; `nil` when it has not changed since the enrolment or the last heartbeat that was answered.
    public var profile: HostProfile?
    /// What of the host's tools works; `nil` when it has not changed, as for the profile.
    public var tools: ToolFindings?
    /// How full the host's table of tracked connections is; `nil` where the kernel tracks none.
    public var tracking: ConnectionTable?

    /// A sign of life.
    public init(
        session: Int64, inventory: HostInventory?, roundTripMilliseconds: Double?, profile: HostProfile? = nil,
        tools: ToolFindings? = nil, tracking: ConnectionTable? = nil, news: InventoryNews? = nil
    ) {
        self.session = session
        self.inventory = inventory
        self.news = news
        self.roundTripMilliseconds = roundTripMilliseconds
        self.profile = profile
        self.tools = tools
        self.tracking = tracking
    }
}

/// The control plane's answer to a heartbeat. Earlier versions send none.
public struct HeartbeatAnswer: Codable, Sendable, Hashable {
    /// How often the agent is to send a heartbeat from now on, in seconds.
    public var heartbeatSeconds: Double

    /// The answer to a heartbeat.
    public init(heartbeatSeconds: Double) { self.heartbeatSeconds = heartbeatSeconds }
}

/// What of a host's tools works, and what the host lacks for moving containers.
public struct ToolFindings: Codable, Sendable, Hashable {
    /// The version of CRIU; `nil` when there is none that works.
    public var criuVersion: String?
    /// The version of runc; `nil` when there is none.
    public var runcVersion: String?
    /// What is missing, in words an operator can act on.
    public var problems: [String]

    /// What was found.
    public init(criuVersion: String? = nil, runcVersion: String? = nil, problems: [String] = []) {
        self.criuVersion = criuVersion
        self.runcVersion = runcVersion
        self.problems = problems
    }
}

extension HostFacts {
    /// What of the host's tools works.
    public var tools: ToolFindings {
        get { ToolFindings(criuVersion: criuVersion, runcVersion: runcVersion, problems: problems) }
        set { (criuVersion, runcVersion, problems) = (newValue.criuVersion, newValue.runcVersion, newValue.problems) }
    }
}
