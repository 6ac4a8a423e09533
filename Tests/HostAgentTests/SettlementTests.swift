import FleetModel
import Testing

@testable import HostAgent

@Suite("Waiting for connections that cannot be carried")
struct SettlementTests {
    private typealias Census = Settlement.Census

    @Test("an idle container does not wait at all")
    func idle() {
        #expect(Settlement(rules: ConnectionRules()).action(after: Census(), elapsed: .zero) == .proceed(resetting: 0))
    }

    @Test("clients that the program has not accepted are waited for as long as the policy says; then its rule holds")
    func acceptQueue() {
        let waiting = Census(waiting: 3)
        for rule in AcceptQueueRule.allCases {
            let settlement = Settlement(rules: ConnectionRules(acceptQueue: rule, acceptSeconds: 2))
            for milliseconds in [0, 100, 1999] {
                let action = settlement.action(after: waiting, elapsed: .milliseconds(milliseconds))
                guard case .lookAgain = action else {
                    Issue.record("\(rule) after \(milliseconds) ms: \(action)")
                    continue
                }
            }
            let end = settlement.action(after: waiting, elapsed: .seconds(2))
            #expect(end == (rule == .wait ? .giveUp(waiting: 3) : .proceed(resetting: 3)))
        }
    }

    @Test("handshakes and closes are given a round trip, and hold nothing up for longer")
    func roundTrip() {
        let settlement = Settlement(rules: ConnectionRules())
        for census in [Census(handshakes: 1), Census(closing: 1), Census(handshakes: 4, closing: 9)] {
            guard case .lookAgain = settlement.action(after: census, elapsed: .milliseconds(150)) else {
                Issue.record("\(census) was not waited for")
                continue
            }
            #expect(settlement.action(after: census, elapsed: .milliseconds(200)) == .proceed(resetting: 0))
        }
    }

    @Test("a policy that waits for nobody goes on at once")
    func noPatience() {
        let rules = ConnectionRules(acceptQueue: .reset, acceptSeconds: 0)
        #expect(
            Settlement(rules: rules).action(after: Census(waiting: 1), elapsed: .zero) == .proceed(resetting: 1))
    }
}
