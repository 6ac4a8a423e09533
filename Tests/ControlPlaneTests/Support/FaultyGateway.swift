import FleetModel
import HostAgent
import Synchronization

/// A simulated gateway whose next calls can be made to fail.
final class FaultyGateway: GatewayNetwork {
    enum Call: Hashable {
        case hush, route, announce, remember, withdraw, fence
    }

    let network = SimulatedGatewayNetwork()
    private let faults = Mutex<[Call: Int]>([:])
    private let acts = Mutex<[Call: @Sendable () async -> Void]>([:])

    /// Makes the next calls fail.
    func fail(_ call: Call, times: Int = 1) { faults.withLock { $0[call, default: 0] += times } }

    /// Does something when the next call of a kind has come, before it is carried out.
    func before(_ call: Call, _ act: @escaping @Sendable () async -> Void) { acts.withLock { $0[call] = act } }

    private func act(before call: Call) async { await acts.withLock { $0.removeValue(forKey: call) }?() }

    func route(_ addresses: [IPv4Address], via host: IPv4Address) async throws(StepFailure) {
        await act(before: .route)
        try meetFault(.route)
        try await network.route(addresses, via: host)
    }

    func hush(_ addresses: [IPv4Address], via host: IPv4Address) async throws(StepFailure) {
        await act(before: .hush)
        try meetFault(.hush)
        try await network.hush(addresses, via: host)
    }

    func part(_ connections: [TCPConnection], via host: IPv4Address) async throws(StepFailure) {
        try await network.part(connections, via: host)
    }

    func announce(_ order: AnnounceOrder) async throws(StepFailure) {
        await act(before: .announce)
        try meetFault(.announce)
        try await network.announce(order)
    }

    func remember(_ order: RememberOrder) async throws(StepFailure) {
        await act(before: .remember)
        try meetFault(.remember)
        try await network.remember(order)
    }

    func withdraw(_ order: WithdrawOrder) async throws(StepFailure) {
        try meetFault(.withdraw)
        try await network.withdraw(order)
    }

    func unroute(_ addresses: [IPv4Address]) async throws(StepFailure) { try await network.unroute(addresses) }

    func fence(_ addresses: [IPv4Address]) async throws(StepFailure) {
        try meetFault(.fence)
        try await network.fence(addresses)
    }

    private func meetFault(_ call: Call) throws(StepFailure) {
        let fails = faults.withLock { faults in
            guard let left = faults[call], left > 0 else { return false }
            faults[call] = left - 1
            return true
        }
        if fails { throw StepFailure(code: .networkFailed, message: "\(call) was told to fail") }
    }
}
