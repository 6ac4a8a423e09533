import FleetModel

/// The host's profile and tools as they were last found out.
actor HostWatch {
    /// What may change while an agent runs.
    struct Findings: Sendable, Hashable {
        var profile: HostProfile
        var tools: ToolFindings
    }

    private(set) var latest: Findings

    /// Begins with what the enrolment says.
    init(_ facts: HostFacts) { latest = Findings(profile: facts.profile, tools: facts.tools) }

    /// Finds it out again and again, until the task is cancelled.
    /// - Parameter interval: the time between two looks. While something keeps the tools from moving containers, somebody
    ///   mends it, or a daemon is still starting: then a look comes after `repairInterval` at the latest.
    func follow(_ survey: HostSurvey?, _ tools: HostTools?, every interval: Duration) async {
        // The sleep fails only when the task is cancelled, which ends the loop.
        while (try? await Task.sleep(for: pause(interval))) != nil {
            var found = latest
            if let survey { found.profile = await survey.profile() }
            if let tools { found.tools = await tools.look() }
            // A task that is cancelled in the middle of it sees programs fail, and facts missing.
            if !Task.isCancelled { latest = found }
        }
    }

    private static let repairInterval = Duration.seconds(5)

    private func pause(_ interval: Duration) -> Duration {
        latest.tools.problems.isEmpty ? interval : min(interval, Self.repairInterval)
    }
}
