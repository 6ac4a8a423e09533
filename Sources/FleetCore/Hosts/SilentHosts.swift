import FleetModel
import MovingTarget

/// A host without which a move cannot be made, and whose agent is not heard.
package struct SilentHost: Sendable, Equatable, CustomStringConvertible {
    /// The host.
    package var name: HostName
    /// What it does in the fleet.
    package var role: HostRole
    /// When it was last heard.
    package var since: Timestamp
    /// Whether it was declared off for good.
    package var isLost: Bool

    init(_ host: Host) {
        name = host.name
        role = host.role
        since = host.lastSeenAt
        isLost = host.state == .lost
    }

    /// What is wrong and what can be done.
    package var description: String {
        let who = role == .gateway ? "the gateway '\(name)'" : "host '\(name)'"
        if isLost {
            return "\(who) was declared off for good; 'relocate hosts readmit \(name)' lets it in again"
        }
        let words = "\(who) has not been heard since \(since): look at its agent and its network"
        guard role == .worker else { return words }
        return words + ", or say with 'relocate hosts lost \(name)' that it is off for good"
    }
}

/// What a relocation that waits can do as far as its hosts are heard.
package enum Hearing: Sendable, Equatable {
    /// All of them are.
    case heard
    /// One is not: it waits.
    case wait
    /// One is not, and whoever asked wants to know.
    case refuse(SilentHost)
}

extension Trigger {
    /// Whether somebody wants the move now, or not at all: the clock and drains can wait for a host to be heard again.
    package var isImpatient: Bool {
        switch self {
        case .operator_, .alert: true
        case .clock, .drain: false
        }
    }
}

extension FleetState {
    /// What keeps clients from being led to containers; `nil` when nothing does.
    package var gatewayObstacle: String? {
        guard let gateway else { return "no gateway has enrolled" }
        return gateway.state.isHeard ? nil : "\(SilentHost(gateway))"
    }

    /// The gateway, without which nobody could reach a container that is started.
    /// - Throws: `FleetError.conflict` when it is not heard.
    @discardableResult
    package func requireGateway() throws(FleetError) -> Host {
        guard gatewayObstacle == nil, let gateway else {
            throw .conflict("no client could reach it: \(gatewayObstacle ?? "")")
        }
        return gateway
    }

    /// The first of the hosts of a move, its gateway included, that is not heard; `nil` when all are.
    package func silentHost(from source: HostName, to destination: HostName?) -> SilentHost? {
        let hosts = [source, destination].compactMap { $0.flatMap { self.hosts[$0] } } + [gateway].compactMap(\.self)
        return hosts.first { !$0.state.isHeard }.map(SilentHost.init)
    }

    /// Why a move does not go on without a host whose agent has gone away.
    package func failure(without name: HostName) -> StepFailure {
        let who = gateway?.name == name ? "the gateway '\(name)'" : "host '\(name)'"
        return StepFailure(
            code: .unreachable, message: "\(who) was not heard any more before the container was stopped; it runs on")
    }

    /// What a relocation that waits can do.
    /// - Parameter isConnected: whether the stream of a host's commands is open at this moment.
    package func hearing(of waiting: StartQueue.Waiting, isConnected: (HostName) -> Bool) -> Hearing {
        if let silent = silentHost(from: waiting.source, to: waiting.destination) {
            return waiting.trigger.isImpatient ? .refuse(silent) : .wait
        }
        let names = [waiting.source, waiting.destination, gateway?.name].compactMap(\.self)
        return names.allSatisfy(isConnected) ? .heard : .wait
    }
}
