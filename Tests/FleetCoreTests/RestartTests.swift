import FleetModel
import Testing

@testable import FleetCore

@Suite("Containers that end, are stopped and are started anew")
struct RestartTests {
    private let name: ContainerName
    private var state: FleetState
    private let start = Timestamp(milliseconds: 1_800_000_000_000)

    init() throws {
        name = try ContainerName("echo")
        state = FleetState()
        var draft = FleetDraft(state: state, now: start)
        draft.record(.tenant(Tenant(name: try TenantName("acme"), createdAt: start)))
        var container = Container(
            spec: ContainerSpec(
                name: name, tenant: try TenantName("acme"), image: "echo",
                digest: try ImageDigest("sha256:" + String(repeating: "ab", count: 32)), runtime: .simulated),
            state: .running, createdAt: start)
        container.restarts.startedAt = start
        draft.record(.container(container))
        state = draft.state
    }

    private mutating func act(after seconds: Double, _ body: (inout FleetDraft) throws -> Void) rethrows {
        var draft = FleetDraft(state: state, now: start.advanced(bySeconds: seconds))
        try body(&draft)
        state = draft.state
    }

    private mutating func update(_ body: (inout Container) -> Void) throws {
        let name = name
        try act(after: 0) { try $0.update(name, body) }
    }

    private func container() throws -> Container { try state.container(name) }

    private mutating func come(back seconds: Double) throws {
        let (name, at) = (name, start.advanced(bySeconds: seconds))
        try act(after: seconds) { draft in
            try draft.update(name) {
                $0.state = .running
                $0.restarts.nextAt = nil
                $0.restarts.startedAt = at
            }
        }
    }

    @Test(
        "the rule and the status decide whether it is started anew",
        arguments: [
            (RestartRule.never, ProcessExit.code(1), false), (.never, .code(0), false), (.onFailure, .code(0), false),
            (.onFailure, .code(1), true), (.onFailure, .signal(9), true), (.always, .code(0), true),
            (.always, .signal(15), true),
        ])
    func rules(rule: RestartRule, status: ProcessExit, isStarted: Bool) throws {
        var test = self
        try test.update { $0.restart = rule }
        try test.act(after: 100) { try $0.ended(name, with: status, "its process ended with \(status)") }
        let container = try test.container()
        #expect(container.state == .stopped(reason: "its process ended with \(status)"))
        #expect((container.restarts.nextAt != nil) == isStarted)
        #expect(test.state.restartsDue.map(\.container) == (isStarted ? [name] : []))
        #expect(test.state.alarms.isEmpty == isStarted, "nobody need be told what mends itself")
    }

    @Test("of which it is not known with what it ended, has failed; so has what could not be started")
    func unknown() throws {
        var test = self
        try test.update { $0.restart = .onFailure }
        try test.act(after: 1) { try $0.ended(name, with: nil, "its host has nothing of it any more") }
        #expect(try test.container().restarts.nextAt != nil)
        try test.act(after: 2) { try $0.failedToStart(name, "no such file") }
        #expect(try test.container().state == .failed(reason: "no such file"))
        #expect(try test.container().restarts.nextAt != nil)
    }

    @Test("one that dies at once again and again is started after ever longer pauses, and an operator is told")
    func row() throws {
        var test = self
        try test.update { $0.restart = .always }
        var now = 0.0
        var pauses: [Double] = []
        for _ in 0..<12 {
            now += 1
            try test.act(after: now) { try $0.ended(name, with: .code(1), "it fell") }
            let next = try #require(try test.container().restarts.nextAt)
            pauses.append(next.seconds(since: start) - now)
            now = next.seconds(since: start)
            try test.come(back: now)
        }
        #expect(pauses == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300])
        #expect(test.state.alarms(of: .exited).count == 1)
    }

    @Test("a life that is long enough ends the row")
    func longLife() throws {
        var test = self
        try test.update {
            $0.restart = .always
            $0.restarts.count = 5
        }
        try test.act(after: 31) { try $0.ended(name, with: .code(1), "it fell") }
        #expect(try test.container().restarts.count == 6, "twice the last pause of 16 seconds is not over")
        try test.come(back: 100)
        try test.act(after: 100 + 64) { try $0.ended(name, with: .code(1), "it fell") }
        #expect(try test.container().restarts.count == 1)
    }

    @Test("one that is stopped is not started anew, whatever the rule; one that is restarted is, at once")
    func stopped() throws {
        for thenStart in [false, true] {
            var test = self
            try test.update { $0.restart = .always }
            try test.act(after: 5) { _ = try $0.beginStopping(name, thenStart: thenStart, by: "op") }
            #expect(try test.container().state == .stopping)
            #expect(test.state.restartsDue.isEmpty, "something of it still runs")
            try test.act(after: 6) { try $0.stopped(name, by: "op") }
            #expect(try test.container().state == .stopped(reason: "stopped by op"))
            #expect(test.state.restartsDue.map(\.container) == (thenStart ? [name] : []))
            #expect(try test.container().isPassing(at: start.advanced(bySeconds: 6)) == thenStart)
        }
    }

    @Test("one that waits for its restart can be stopped, and then waits no more")
    func stoppedWhileWaiting() throws {
        var test = self
        try test.update { $0.restart = .always }
        try test.act(after: 1) { try $0.ended(name, with: .code(1), "it fell") }
        try test.act(after: 1.5) { _ = try $0.beginStopping(name, thenStart: false, by: "op") }
        #expect(try test.container().state == .stopped(reason: "stopped by op"))
        #expect(test.state.restartsDue.isEmpty)
        #expect(throws: FleetError.self) {
            try test.act(after: 2) { _ = try $0.beginStopping(name, thenStart: false, by: "op") }
        }
    }

    @Test("what is said of one that waits for its restart no longer names a time when it is not started anew")
    func calledOff() throws {
        var test = self
        try test.update {
            $0.restart = .always
            $0.restarts.count = 4
        }
        try test.act(after: 1) { try $0.ended(name, with: .code(1), "it fell") }
        #expect(test.state.alarms(of: .exited).first?.message.contains("it is started anew at") == true)
        try test.act(after: 2) { draft in
            var container = try draft.container(name)
            draft.callOffRestart(of: &container)
            draft.record(.container(container))
        }
        #expect(test.state.alarms(of: .exited).map(\.message) == ["container 'echo' stopped: it fell"])
        #expect(test.state.restartsDue.isEmpty)
    }

    @Test("a restart that finds no place is put off, and an operator is told")
    func postponed() throws {
        var test = self
        try test.update { $0.restart = .always }
        try test.act(after: 1) { try $0.ended(name, with: .code(1), "it fell") }
        try test.act(after: 2) { try $0.postponeRestart(of: name, "no host may take it") }
        #expect(try test.container().restarts.nextAt == start.advanced(bySeconds: 4))
        #expect(test.state.alarms(of: .noFeasibleHost).count == 1)
    }
}
