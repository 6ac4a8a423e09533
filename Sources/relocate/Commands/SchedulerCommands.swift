import ArgumentParser
import FleetAPI

/// `relocate pause`
struct PauseCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Stop the clock: containers stay where they are until 'resume'.",
        discussion: "Moves that operators ask for are still made.")

    @OptionGroup var options: ClientOptions

    func run(_ session: Session) async throws {
        let answer = try await session.api.put(APIPath("scheduler"), SchedulerView(paused: true))
        try session.confirm(answer, "the clock is paused: containers stay where they are until 'relocate resume'")
    }
}

/// `relocate resume`
struct ResumeCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Let the clock move containers again.")

    @OptionGroup var options: ClientOptions

    func run(_ session: Session) async throws {
        let answer = try await session.api.put(APIPath("scheduler"), SchedulerView(paused: false))
        try session.confirm(answer, "the clock runs: containers move when their time is over")
    }
}
