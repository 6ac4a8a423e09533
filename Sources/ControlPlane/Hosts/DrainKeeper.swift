import FleetCore
import FleetModel
import Logging

/// Keeps drains going: a container that could not leave, or came back because its move failed, is asked to leave again.
struct DrainKeeper: Sendable {
    /// How long a container whose move has failed is left alone, in seconds. One that no host could take is asked as soon
    /// as one can.
    private static let secondsToNextAttempt = 30.0

    let fleet: Fleet
    let relocator: Relocator
    let logger: Logger

    /// Looks at the hosts that are being drained, until cancelled.
    func run() async {
        var asked: [ContainerName: Timestamp] = [:]
        while !Task.isCancelled {
            await look(at: .now, sparing: &asked)
            try? await Task.sleep(for: .seconds(2))
        }
    }

    /// Asks the containers of all hosts that are being drained, but those that were asked only just.
    func look(at now: Timestamp, sparing asked: inout [ContainerName: Timestamp]) async {
        let state = fleet.snapshot
        asked = asked.filter { state.containers[$0.key]?.host.map { state.hosts[$0]?.state == .draining } ?? false }
        for host in state.hosts(in: .draining) { await push(host, at: now, sparing: &asked) }
    }

    /// Asks every container that can leave a host to leave it.
    func push(_ host: HostName) async {
        var asked: [ContainerName: Timestamp] = [:]
        await push(host, at: .now, sparing: &asked)
    }

    /// Asks every container that can leave a host to leave it, but those that were asked only just.
    private func push(_ host: HostName, at now: Timestamp, sparing asked: inout [ContainerName: Timestamp]) async {
        let state = fleet.snapshot
        for container in state.containers(on: host) where state.obstacle(to: container, at: now) == nil {
            guard state.openRelocation(of: container.name) == nil else { continue }
            if state.alarms[AlarmKey(kind: .noFeasibleHost, subject: container.name.text)] != nil {
                guard canLeave(container, host, in: state, at: now) else { continue }
            } else if let last = asked[container.name] {
                guard now.seconds(since: last) >= Self.secondsToNextAttempt else { continue }
            }
            asked[container.name] = now
            do {
                _ = try await relocator.request(
                    RelocationRequest(
                        container: container.name, to: nil, trigger: .drain,
                        actor: state.hosts[host]?.drain?.startedBy ?? "control-plane", reason: "drain of \(host)"))
            } catch {
                logger.info("not drained", metadata: ["container": "\(container.name)", "reason": "\(error)"])
            }
        }
        do {
            try await fleet.change(by: "control-plane") { $0.finishDraining(host) }
        } catch {
            logger.error("cannot record a drain", metadata: ["host": "\(host)", "error": "\(error)"])
        }
    }

    private func canLeave(_ container: Container, _ host: HostName, in state: FleetState, at now: Timestamp) -> Bool {
        state.decision(moving: container, from: host, at: now, exposure: fleet.exposure).decision.chosen != nil
    }
}
