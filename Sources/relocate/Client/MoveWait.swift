import FleetModel

/// Waits for the end of a move and tells what happens meanwhile.
///
/// It asks again and again instead of holding one long request: a connection that breaks, or a control plane that
/// restarts in the middle of the move, then costs nothing but a moment.
struct MoveWait {
    private static let interval = Duration.milliseconds(100)

    private let session: Session
    private let limit: Duration

    /// Waits for as long as the options say, two minutes when they do not.
    init(_ session: Session) {
        self.session = session
        limit = .seconds(session.timeoutSeconds ?? 120)
    }

    /// Waits for the end of the relocation that an answer shows.
    /// - Throws: `ClientError.notMoved` when it ends other than completed, `timedOut` when it does not end in time.
    func run(from first: Answer) async throws {
        let end = ContinuousClock.now + limit
        var progress = MoveProgress()
        var answer = first
        while true {
            let relocation = try answer.decode(Relocation.self)
            if !session.wantsJSON {
                for line in progress.lines(for: relocation) { try session.output.line(line) }
            }
            if relocation.state.isFinal { return try finish(relocation, answer) }
            guard ContinuousClock.now < end else { throw timedOut(relocation) }
            try await Task.sleep(for: Self.interval)
            answer = try await look(relocation, end)
        }
    }

    private func look(_ relocation: Relocation, _ end: ContinuousClock.Instant) async throws -> Answer {
        while true {
            do {
                return try await session.api.get(APIPath("relocations", relocation.id.description))
            } catch let error as ClientError where [.unreachable, .timedOut].contains(error.exitStatus) {
                guard ContinuousClock.now < end else { throw error }
                try await Task.sleep(for: Self.interval)
            }
        }
    }

    private func finish(_ relocation: Relocation, _ answer: Answer) throws {
        if session.wantsJSON { try session.output.json(answer.bytes) }
        guard relocation.state == .completed else { throw ClientError.notMoved(relocation) }
        guard !session.wantsJSON else { return }
        let took = relocation.tookMilliseconds.map { ", took \(Units.milliseconds($0))" } ?? ""
        try session.output.line(relocation.outcome + took, .good)
    }

    private func timedOut(_ relocation: Relocation) -> ClientError {
        .timedOut(
            "after \(Units.plain(limit.inSeconds)) s: \(relocation.outcome); it goes on, "
                + "see 'relocate relocations show \(relocation.id)'")
    }
}
