import FleetModel
import HostAgent
import Synchronization

/// A simulated gateway whose next calls can be made to fail.
final class FaultyGateway: GatewayNetwork {
    enum Call: Hashable {
        case hush, route, announce, withdraw
    }

    let network = SimulatedGatewayNetwork()
    private let faults = Mutex<[Call: Int]>([:])
    private let routing = Mutex<(@Sendable () async -> Void)?>(nil)

    /// Makes the next calls fail.
    func fail(_ call: Call, times: Int = 1) { faults.withLock { $0[call, default: 0] += times } }

    /// Does something when the next routes are set, before they are.
    func beforeRouting(_ act: @escaping @Sendable () async -> Void) { routing.withLock { $0 = act } }

    func route(_ addresses: [IPv4Address], via host: IPv4Address) async throws(StepFailure) {
        let act = routing.withLock { routing in
            defer { routing = nil }
            return routing
        }
        await act?()
        try meetFault(.route)
        try await network.route(addresses, via: host)
    }

    func hush(_ addresses: [IPv4Address], via host: IPv4Address) async throws(StepFailure) {
        try meetFault(.hush)
        try await network.hush(addresses, via: host)
    }

    func part(_ connections: [TCPConnection], via host: IPv4Address) async throws(StepFailure) {
        try await network.part(connections, via: host)
    }

    func announce(_ order: AnnounceOrder) async throws(StepFailure) {
        try meetFault(.announce)
        try await network.announce(order)
    }

    func withdraw(_ order: WithdrawOrder) async throws(StepFailure) {
        try meetFault(.withdraw)
        try await network.withdraw(order)
    }

    func unroute(_ addresses: [IPv4Address]) async throws(StepFailure) { try await network.unroute(addresses) }

    private func meetFault(_ call: Call) throws(StepFailure) {
        let fails = faults.withLock { faults in
            guard let left = faults[call], left > 0 else { return false }
            faults[call] = left - 1
            return true
        }
        if fails { throw StepFailure(code: .networkFailed, message: "\(call) was told to fail") }
    }
}
