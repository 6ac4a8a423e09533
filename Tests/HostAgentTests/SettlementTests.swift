import FleetModel
import Synchronization
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
        for (census, limit) in [
            (Census(closing: 1), 200), (Census(handshakes: 1), 1100), (Census(handshakes: 4, closing: 9), 1100),
        ] {
            guard case .lookAgain = settlement.action(after: census, elapsed: .milliseconds(limit - 1)) else {
                Issue.record("\(census) was not waited for")
                continue
            }
            #expect(settlement.action(after: census, elapsed: .milliseconds(limit)) == .proceed(resetting: 0))
        }
    }

    @Test("a client that lets an answer be repeated is waited for no more")
    func abandoned() {
        func handshake(repeats: Int) -> TCPSocket {
            TCPSocket(
                state: .newSynReceived, local: .init(IPv4Address(number: 1), port: 80),
                remote: .init(IPv4Address(number: 2), port: 4000), receiveQueue: 0, repeats: repeats, inode: 0,
                identity: .init(family: 2, cookie: 1))
        }
        #expect(Census([handshake(repeats: 0), handshake(repeats: 1), handshake(repeats: 2)]) == Census(handshakes: 1))
    }

    @Test("a policy that waits for nobody goes on at once")
    func noPatience() {
        let rules = ConnectionRules(acceptQueue: .reset, acceptSeconds: 0)
        #expect(
            Settlement(rules: rules).action(after: Census(waiting: 1), elapsed: .zero) == .proceed(resetting: 1))
    }
}

@Suite("The moment at which a container is stopped")
struct StillMomentTests {
    /// What the looks into the queues give, one after another, and how often something was stopped.
    private final class Queues: Sendable {
        let looks: Mutex<[Int]>
        let stops = Mutex(0)
        let silences = Mutex<[Bool]>([])

        init(_ looks: [Int]) { self.looks = Mutex(looks) }

        var network: StillNetwork {
            StillNetwork { [self] () throws(StepFailure) in
                looks.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] }
            } silence: { isSilent in
                self.silences.withLock { $0.append(isSilent) }
            }
        }

        func seize(_ rules: ConnectionRules) async throws(StepFailure) -> Int {
            try await StillMoment(network, rules).seize { isFit throws(StepFailure) in
                stops.withLock { $0 += 1 }
                try isFit([])
                return stops.withLock { $0 }
            }
        }
    }

    @Test("when nobody waits it is stopped once")
    func atOnce() async throws {
        #expect(try await Queues([0]).seize(ConnectionRules()) == 1)
    }

    @Test("who waits is let in, and then it is stopped again", arguments: AcceptQueueRule.allCases)
    func again(rule: AcceptQueueRule) async throws {
        let given = Queues([2, 1, 0])
        #expect(try await given.seize(ConnectionRules(acceptQueue: rule)) == 3)
        #expect(
            given.silences.withLock { $0 } == [true, false, true, false, true],
            "those who are let in must be heard before")
    }

    @Test("who is never let in is reset, or the move is given up, as the rules say")
    func end() async throws {
        #expect(try await Queues([3]).seize(ConnectionRules(acceptQueue: .reset)) == StillMoment.mostStops)
        let error = await #expect(throws: StepFailure.self) {
            _ = try await Queues([3]).seize(ConnectionRules(acceptQueue: .wait))
        }
        #expect(error?.code == .clientsWaiting)
        #expect(error?.message.hasPrefix("3 clients waited to be accepted when it was stopped, 8 times") == true)
    }

    @Test("rules that wait for nobody make one attempt")
    func noPatience() async throws {
        #expect(try await Queues([3]).seize(ConnectionRules(acceptQueue: .reset, acceptSeconds: 0)) == 1)
        let given = Queues([3])
        await #expect(throws: StepFailure.self) {
            _ = try await given.seize(ConnectionRules(acceptQueue: .wait, acceptSeconds: 0))
        }
        #expect(given.stops.withLock { $0 } == 1)
        #expect(given.silences.withLock { $0 } == [true, false], "it goes on")
    }

    @Test("what else goes wrong is no matter of the moment")
    func otherFailure() async throws {
        let failure = StepFailure(code: .dumpRefused, message: "it has a terminal")
        let moment = StillMoment(Queues([0]).network, ConnectionRules())
        await #expect(throws: failure) {
            try await moment.seize { _ throws(StepFailure) in throw failure }
        }
    }
}
