import FleetAPI
import FleetModel

/// Asks for a container's start and waits until it runs, or until it is clear that it does not.
struct StartWait {
    private let session: Session
    private let isOff: Bool

    /// Waits for as long as the options say, 60 seconds when they do not.
    init(_ session: Session, isOff: Bool) {
        self.session = session
        self.isOff = isOff
    }

    /// Asks and tells.
    /// - Parameter ask: makes the request, which may take `limit`, with `?wait=` for so many seconds.
    /// - Throws: `ClientError.failed` when the container does not run, `timedOut` when it does not run yet.
    func run(_ ask: (_ wait: String?, _ limit: Duration) async throws -> Answer) async throws {
        let seconds = min(session.timeoutSeconds ?? 60, 600)
        let limit: Duration = isOff ? session.api.timeout : .seconds(seconds + 10)
        let answer = try await ask(isOff ? nil : Units.plain(seconds), limit)
        let container = try answer.decode(ContainerView.self).container
        if session.wantsJSON { try session.output.json(answer.bytes) }
        guard !isOff else { return try tell("\(container.name) is being started on \(container.host?.text ?? "?")") }
        switch container.state {
        case .running, .relocating:
            try tell("\(container.name) runs on \(container.host?.text ?? "?")" + reached(container))
            if case .immovable(let reason, _) = container.mobility {
                try tell("it cannot be moved: \(reason)", .warning)
            }
        case .starting:
            throw ClientError.timedOut(
                "\(container.name) does not run yet after \(Units.plain(seconds)) s; "
                    + "see 'relocate containers show \(container.name)'")
        case .stopped, .stranded, .failed, .stopping, .removing, .lost:
            throw ClientError.failed(
                "\(container.name) does not run, it is \(container.state.word): \(container.note ?? "somebody ends it")"
            )
        }
    }

    private func tell(_ sentence: String, _ tone: Tone = .plain) throws {
        if !session.wantsJSON { try session.output.line(sentence, tone) }
    }

    private func reached(_ container: Container) -> String {
        container.reachedAt.map { ", clients reach it at \($0)" } ?? ""
    }
}
