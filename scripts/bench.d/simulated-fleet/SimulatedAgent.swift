import FleetModel
import HTTP
import HTTPTypes

/// The agent of a simulated host, which speaks with the control plane as the real one does (see `Enrolment`), over an HTTP/2
/// connection of its own.
struct SimulatedAgent: Sendable {
    let enrolment: Enrolment
    let credential: String
    let machine: SimulatedMachine
    let progress: Progress
    private let client: HTTPClient

    init(_ number: Int, of plan: FleetPlan, at endpoint: Endpoint, _ progress: Progress) throws {
        enrolment = try plan.enrolment(of: number)
        credential = plan.credential(of: enrolment.host)
        machine = try SimulatedMachine(number, of: plan)
        self.progress = progress
        var configuration = HTTPClient.Configuration()
        configuration.version = .http2
        client = try HTTPClient(endpoint: endpoint, configuration: configuration)
    }

    /// Serves until cancelled, through any number of lost links.
    func run() async {
        var pause = Duration.milliseconds(100)
        while !Task.isCancelled {
            do {
                try await serveOneSession { pause = .milliseconds(100) }
            } catch {
                progress.failed(error)
            }
            // Cancelled is noticed above.
            try? await Task.sleep(for: pause)
            pause = min(pause * 2, .seconds(2))
        }
    }

    private func serveOneSession(established: () -> Void) async throws {
        var introduction = enrolment
        if enrolment.role == .worker { introduction.containers = machine.names }
        let membership = try FleetJSON.decode(
            Membership.self, from: try await post("/agent/v1/enrol", introduction))
        machine.end(membership.foreign ?? [])
        let stream = try await client.events(
            "/agent/v1/commands", headerFields: authorization, readTimeout: .seconds(10))
        established()
        progress.joined(enrolment.host, as: enrolment.role)
        defer { progress.left(enrolment.host) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await obey(stream) }
            group.addTask { try await beat(membership) }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private func obey(_ stream: EventStream) async throws {
        try await withThrowingDiscardingTaskGroup { group in
            for try await event in stream where event.event == "command" {
                let command = try FleetJSON.decode(AgentCommand.self, from: Array((event.data ?? "").utf8))
                let outcome = OrderOutcome(
                    id: command.id, result: .succeeded(machine.carryOut(command.order)), durationMilliseconds: 0)
                progress.carriedOut(command)
                group.addTask { await report(outcome) }
            }
        }
    }

    private func report(_ outcome: OrderOutcome) async {
        for attempt in 1...5 {
            do {
                _ = try await post("/agent/v1/outcomes", outcome)
                return
            } catch {
                progress.failed(error)
                // Cancelled with the session, in the next of which the order is sent again.
                try? await Task.sleep(for: .milliseconds(100 * attempt))
            }
        }
    }

    private func beat(_ membership: Membership) async throws {
        let clock = ContinuousClock()
        let isWorker = enrolment.role == .worker
        var isFirst = true
        var interval = Duration.seconds(membership.heartbeatSeconds)
        // Not all at the same moment, where many agents enrol at once.
        try await Task.sleep(for: interval * Double.random(in: 0..<1))
        var due = clock.now
        while true {
            machine.dropIdleAddresses()
            let inventory = isFirst && isWorker ? machine.firstReport() : nil
            let news = isFirst || !isWorker ? nil : machine.nextReport()
            if isFirst || news != nil || clock.now >= due {
                let answer = try FleetJSON.decode(
                    HeartbeatAnswer.self,
                    from: try await post(
                        "/agent/v1/heartbeat",
                        Heartbeat(
                            session: membership.session, inventory: inventory, roundTripMilliseconds: nil, news: news)))
                progress.beat()
                isFirst = false
                interval = .seconds(answer.heartbeatSeconds)
                due = clock.now + interval * Double.random(in: 0.8...1)
            }
            try await Task.sleep(for: min(.seconds(1), max(.zero, due - clock.now)))
        }
    }

    private func post(_ path: String, _ body: some Encodable) async throws -> [UInt8] {
        var fields = authorization
        fields[.contentType] = "application/json"
        let response = try await client.send(
            .post, path, headerFields: fields, body: .bytes(FleetJSON.encode(body)), timeout: .seconds(5))
        let answer = try await response.collect(upTo: 1 << 20)
        guard response.status.kind == .successful else {
            throw Refused(status: response.status.code, words: String(decoding: answer, as: UTF8.self))
        }
        return answer
    }

    private var authorization: HTTPFields { [.authorization: "Bearer \(credential)"] }
}

/// An answer that is not a success.
struct Refused: Error, CustomStringConvertible {
    let status: Int
    let words: String

    var description: String { "the control plane answered \(status): \(words)" }
}
