import FleetCore
import FleetModel
import HTTP
import Logging
import Synchronization

/// Listens to heartbeats: who is there, and what is really on each host.
struct HostMonitor: Sendable {
    let fleet: Fleet
    let agents: AgentRegistry
    let supervisor: Supervisor
    let logger: Logger
    private let postponed = PostponedFindings()

    init(fleet: Fleet, agents: AgentRegistry, supervisor: Supervisor, logger: Logger) {
        self.fleet = fleet
        self.agents = agents
        self.supervisor = supervisor
        self.logger = logger
    }

    /// Takes an agent's sign of life and what it reports.
    /// - Throws: `Problem` 409 when a newer session of the host has begun, 410 when the session is not known.
    func take(_ heartbeat: Heartbeat, from host: HostName) async throws -> HeartbeatAnswer {
        let hosts = fleet.snapshot.hosts.count
        switch agents.isAlive(host, session: heartbeat.session, among: hosts) {
        case .present: break
        case .superseded:
            throw Problem(
                .conflict, code: Membership.supersededCode, detail: "a newer agent of host '\(host)' has enrolled")
        case .unknown:
            throw Problem(.gone, code: "sessionUnknown", detail: "the control plane was started anew; enrol again")
        }
        try await learn(from: heartbeat, of: host)
        return HeartbeatAnswer(heartbeatSeconds: agents.heartbeatSeconds(among: hosts))
    }

    private func learn(from heartbeat: Heartbeat, of host: HostName) async throws {
        if fleet.snapshot.hosts[host]?.state == .unreachable { try await welcomeBack(host) }
        try await take(heartbeat.profile, heartbeat.tools, of: host)
        if let tracking = heartbeat.tracking { try await take(tracking, of: host) }
        let told = heartbeat.inventory.map { HostFindings($0) } ?? heartbeat.news.map { HostFindings($0) }
        let last = postponed.take(host)
        guard let findings = told?.after(last) ?? last else { return }
        let state = fleet.snapshot
        let judgement = state.judge(findings, of: host)
        if let later = judgement.later { postponed.keep(later, of: host) }
        guard !judgement.isEmpty || heartbeat.inventory != nil || state.hosts[host]?.loss != nil else { return }
        supervisor.run {
            do {
                try await follow(judgement, of: host, heartbeat.inventory)
            } catch {
                postponed.keep(judgement.basis, of: host)
                logger.error("cannot act on what a host has told", metadata: ["host": "\(host)", "error": "\(error)"])
            }
        }
    }

    private func take(_ profile: HostProfile?, _ tools: ToolFindings?, of name: HostName) async throws {
        guard profile != nil || tools != nil else { return }
        try await fleet.change(by: "host:\(name)") { draft in
            guard var host = draft.state.hosts[name] else { return }
            let known = host.facts
            if let profile { host.facts.profile = profile }
            if let tools { host.facts.tools = tools }
            if host.facts != known { draft.record(.host(host)) }
        }
    }

    /// From four fifths on the table counts as nearly full, until it is below two thirds again.
    private func take(_ tracking: ConnectionTable, of host: HostName) async throws {
        let stands = fleet.snapshot.alarms[AlarmKey(kind: .trackingFull, subject: host.text)] != nil
        switch tracking.share {
        case 0.8... where !stands:
            try await fleet.change(by: "host:\(host)") { draft in
                draft.raise(
                    .trackingFull, about: host.text,
                    "host '\(host)' tracks \(tracking.count) connections of at most \(tracking.limit); beyond that new "
                        + "ones are dropped. Raise net.netfilter.nf_conntrack_max there, or find who opens so many")
            }
        case ..<(2.0 / 3) where stands:
            try await fleet.change(by: "host:\(host)") { $0.clear(.trackingFull, about: host.text) }
        default: break
        }
    }

    private func take(_ adoptable: [AdoptableContainer]?, of name: HostName) async throws {
        guard let known = fleet.snapshot.hosts[name], known.adoptable != adoptable else { return }
        try await fleet.change(by: "host:\(name)") { draft in
            guard var host = draft.state.hosts[name] else { return }
            host.adoptable = adoptable
            draft.record(.host(host))
        }
    }

    /// Waits for the hosts that were heard when an earlier control plane ended, before anybody asks them for something.
    func awaitAll() {
        let state = fleet.snapshot
        let heard = HostState.allCases.filter(\.isHeard).flatMap { state.hosts(in: $0) }
        agents.wait(for: Set(heard), among: state.hosts.count)
    }

    /// Looks for silent hosts, until cancelled.
    func watch() async {
        while !Task.isCancelled {
            await look(at: .now)
            try? await Task.sleep(for: .milliseconds(500))
        }
    }

    /// How many hosts are declared unreachable in one change of the fleet: where a network breaks, many fall silent at once.
    private static let mostAtOnce = 256

    /// Says of each host that has been silent for too long that it is unreachable.
    func look(at now: Timestamp) async {
        let silent = agents.silent(at: now)
        for start in stride(from: 0, to: silent.count, by: Self.mostAtOnce) {
            await declareUnreachable(Array(silent[start..<min(silent.count, start + Self.mostAtOnce)]))
        }
    }

    private func declareUnreachable(_ silent: [(host: HostName, since: Timestamp)]) async {
        do {
            try await fleet.change(by: "control-plane") { draft in
                for (host, seen) in silent { draft.noticeSilence(of: host, since: seen) }
            }
            for (host, _) in silent { agents.hangUp(on: host) }
        } catch {
            for (host, seen) in silent { agents.expect(host, since: seen) }
            logger.error("cannot record lost hosts", metadata: ["hosts": "\(silent.count)", "error": "\(error)"])
        }
    }

    private func welcomeBack(_ name: HostName) async throws {
        try await fleet.change(by: "host:\(name)") { draft in
            guard var host = draft.state.hosts[name] else { return }
            host.comeBack(at: draft.now)
            draft.clear(.unreachable, about: name.text)
            draft.record(.host(host))
        }
    }

    // MARK: What is really there

    /// Does what follows from what a host has told.
    /// - Parameter inventory: all that the host has, if it has told all of it.
    func follow(_ judgement: HostJudgement, of host: HostName, _ inventory: HostInventory?) async throws {
        if let inventory { try await take(inventory.adoptable, of: host) }
        if fleet.snapshot.hosts[host]?.loss != nil {
            var whole = inventory
            if whole == nil { whole = await self.inventory(of: host) }
            if let whole { try await absolve(host, with: whole) }
        }
        guard !judgement.isEmpty else { return }
        // A heartbeat may be older than what the fleet knows, so the host is asked anew before anything follows from it.
        guard let now = await self.inventory(of: host) else { return postponed.keep(judgement.basis, of: host) }
        for container in judgement.absent { try await end(container, on: host, now) }
        var idle: [IPv4Address] = []
        for container in judgement.idle { idle += try await forgetIdleAddresses(of: container, on: host, now) }
        for stray in judgement.strays {
            let isStill = now.containers.contains { $0.name == stray && fleet.snapshot.isStray($0, on: host) }
            if isStill { try await removeStray(stray, from: host) }
        }
        guard !idle.isEmpty, let gateway = fleet.snapshot.gateway else { return }
        let order = AgentOrder.unroute(UnrouteOrder(addresses: idle))
        // A route that stays behind does no harm: whoever gets the address next replaces it.
        let id = OrderID.fresh("host-\(host)", "unroute")
        supervisor.run { _ = try? await agents.ask(order, id: id, of: gateway.name, timeout: .seconds(30)) }
    }

    /// A host that was readmitted and has nothing of what it had before is as any other again.
    private func absolve(_ host: HostName, with inventory: HostInventory) async throws {
        let state = fleet.snapshot
        guard let loss = state.hosts[host]?.loss, loss.readmittedAt != nil,
            state.foreign(among: inventory.containers.map(\.name), on: host).isEmpty
        else { return }
        do {
            try await agents.unroute(loss.fenced, at: state.gateway?.name)
        } catch {
            postponed.keep(HostFindings(inventory), of: host)
            throw error
        }
        try await fleet.change(by: "host:\(host)") { draft in
            guard draft.state.foreign(among: inventory.containers.map(\.name), on: host).isEmpty else { return }
            draft.absolve(host)
        }
    }

    /// What a host has right now; nil if it does not say.
    private func inventory(of host: HostName) async -> HostInventory? {
        let id = OrderID.fresh("host-\(host)", "inspect")
        let answer = try? await agents.ask(.inspect, id: id, of: host, timeout: .seconds(10))
        guard case .inventory(let inventory) = answer else { return nil }
        return inventory
    }

    /// Takes those addresses from a container that its host has dropped because no connection uses them any more.
    private func forgetIdleAddresses(
        of known: Container, on host: HostName, _ inventory: HostInventory
    ) async throws -> [IPv4Address] {
        let now = inventory.containers.first { $0.name == known.name && $0.state == .running }
        guard let stillThere = now?.retainedAddresses else { return [] }
        return try await fleet.change(by: "host:\(host)") { draft in
            guard var container = draft.state.containers[known.name], container.state == .running,
                container.host == host, container.arrivedAt == known.arrivedAt
            else { return [] }
            let idle = container.retainedAddresses.filter { !stillThere.contains($0) }
            container.retainedAddresses.removeAll { idle.contains($0) }
            for address in idle { draft.release(address) }
            draft.record(.container(container))
            return idle
        }
    }

    /// Has a host remove what it should not have: what was left there while it did not answer.
    private func removeStray(_ name: ContainerName, from host: HostName) async throws {
        logger.notice("removing a stray", metadata: ["container": "\(name)", "host": "\(host)"])
        let order = AgentOrder.stop(StopOrder(container: name, gracePeriodSeconds: 0))
        _ = try await agents.ask(order, id: .fresh("stray-\(name)", "stop"), of: host, timeout: .seconds(20))
    }

    private static func reason(of state: PresenceState?) -> String {
        guard case .exited(let status) = state else { return "its host has nothing of it any more" }
        return "its process ended" + (status.map { " with \($0)" } ?? "")
    }

    private func end(_ container: Container, on host: HostName, _ inventory: HostInventory) async throws {
        let presence = inventory.containers.first { $0.name == container.name && $0.state == .running }
        guard presence == nil else { return }
        let found = inventory.containers.first { $0.name == container.name }?.state
        try await fleet.change(by: "host:\(host)") { draft in
            guard let now = draft.state.containers[container.name], now.state == .running, now.host == host,
                now.arrivedAt == container.arrivedAt
            else { return }
            try draft.ended(container.name, with: found?.exitStatus, Self.reason(of: found))
        }
    }
}

/// What has to be looked at once more, with the host's next sign of life.
private final class PostponedFindings: Sendable {
    private let byHost = Mutex<[HostName: HostFindings]>([:])

    /// What was told since counts more.
    func keep(_ findings: HostFindings, of host: HostName) {
        byHost.withLock { $0[host] = $0[host]?.after(findings) ?? findings }
    }

    func take(_ host: HostName) -> HostFindings? { byHost.withLock { $0.removeValue(forKey: host) } }
}
