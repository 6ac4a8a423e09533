import FleetAPI
import FleetModel

/// Waits for the end of a drain and tells how far it is whenever that changes.
struct DrainWait {
    private static let interval = Duration.milliseconds(250)

    let session: Session
    let host: HostName
    /// How long to wait at most.
    let seconds: Double

    /// Waits.
    /// - Throws: `ClientError.timedOut` naming what is left and why, `failed` when somebody stops the drain.
    func run() async throws {
        let end = ContinuousClock.now + .seconds(seconds)
        var told: [String] = []
        while true {
            let answer = try await look(until: end)
            let drain = DrainReport(view: try answer.decode(DrainView.self))
            let lines = [drain.progress] + drain.obstacles.map { "  \($0)" }
            if lines != told, !session.wantsJSON, drain.standing == .underWay {
                for line in lines { try session.output.line(line) }
            }
            told = lines
            let isOver = drain.standing != .underWay || ContinuousClock.now >= end
            if isOver, session.wantsJSON { try session.output.json(answer.bytes) }
            switch drain.standing {
            case .done:
                if !session.wantsJSON { try session.output.line(drain.progress, .good) }
                return
            case .stopped: throw ClientError.failed(drain.progress)
            case .underWay:
                guard !isOver else { throw ClientError.timedOut(timedOut(drain)) }
                try await Task.sleep(for: Self.interval)
            }
        }
    }

    private func look(until end: ContinuousClock.Instant) async throws -> Answer {
        while true {
            do {
                return try await session.api.get(APIPath("hosts", host.text, "drain"))
            } catch ClientError.refused(let problem) where problem.status == 404 {
                throw ClientError.failed("the drain of \(host) was stopped: the host is ready again")
            } catch let error as ClientError where [.unreachable, .timedOut].contains(error.exitStatus) {
                guard ContinuousClock.now < end else { throw error }
                try await Task.sleep(for: Self.interval)
            }
        }
    }

    private func timedOut(_ drain: DrainReport) -> String {
        (["after \(Units.plain(seconds)) s: \(drain.progress); it goes on, see 'relocate hosts drain-status \(host)'"]
            + drain.obstacles).joined(separator: "\n")
    }
}
