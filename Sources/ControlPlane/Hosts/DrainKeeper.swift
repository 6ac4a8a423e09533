import FleetModel
import Logging

/// Keeps drains going: a container that could not leave, or came back because its move failed, is asked to leave again.
struct DrainKeeper: Sendable {
    let fleet: Fleet
    let relocator: Relocator
    let logger: Logger

    /// Looks at the hosts that are being drained, until cancelled.
    func run() async {
        while !Task.isCancelled {
            for host in fleet.snapshot.hosts.values where host.state == .draining { await push(host.name) }
            try? await Task.sleep(for: .seconds(2))
        }
    }

    /// Asks every container that can leave a host to leave it.
    func push(_ host: HostName) async {
        let state = fleet.snapshot
        let now = Timestamp.now
        for container in state.containers(on: host) where state.obstacle(to: container, at: now) == nil {
            guard state.openRelocation(of: container.name) == nil else { continue }
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
}

extension FleetState {
    /// Why a container cannot leave its host now, in words; `nil` when it can be asked to.
    func obstacle(to container: Container, at now: Timestamp) -> String? {
        if let pin = container.pin(at: now) { return pin.words }
        switch container.state {
        case .running, .relocating: break
        case .starting: return "it is being started"
        case .removing: return "it is being removed"
        case .stopped(let reason): return "it does not run (\(reason)): start it anew or remove it"
        case .failed(let reason): return "it could not be started (\(reason)): start it anew or remove it"
        case .stranded(let id): return "relocation \(id) failed on both hosts: start it anew or remove it"
        }
        switch container.mobility {
        case .movable: return nil
        case .unknown: return "it has not been found out yet whether it can move"
        case .immovable(let reason, _): return "it cannot be moved: \(reason)"
        }
    }
}

extension Pin {
    /// The pin in words.
    var words: String { "it is pinned until \(until) by \(setBy): \(reason)" }
}
