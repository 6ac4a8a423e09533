import FleetModel

/// The host's profile as it was last found out.
actor ProfileWatch {
    private(set) var latest: HostProfile

    /// Begins with what the enrolment says.
    init(_ profile: HostProfile) { latest = profile }

    /// Finds it out again and again, until the task is cancelled.
    func follow(_ survey: HostSurvey, every interval: Duration) async {
        while (try? await Task.sleep(for: interval)) != nil {
            let profile = await survey.profile()
            // A task that is cancelled in the middle of it sees programs fail, and facts missing.
            if !Task.isCancelled { latest = profile }
        }
    }
}
