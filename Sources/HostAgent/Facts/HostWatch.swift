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
    func follow(_ survey: HostSurvey?, _ tools: HostTools?, every interval: Duration) async {
        while (try? await Task.sleep(for: interval)) != nil {
            var found = latest
            if let survey { found.profile = await survey.profile() }
            if let tools { found.tools = await tools.look() }
            // A task that is cancelled in the middle of it sees programs fail, and facts missing.
            if !Task.isCancelled { latest = found }
        }
    }
}
