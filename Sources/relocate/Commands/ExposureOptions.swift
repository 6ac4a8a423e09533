import ArgumentParser
import FleetModel

/// How long a container may be beside others in sum, and what it shares with them: the parts of a policy about exposure.
struct ExposureOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How far back time beside others counts, in assumed attack times, 1 to 1000: by then 1/e is left.",
            valueName: "times"))
    var exposureWindow: Double?

    @Option(
        help: ArgumentHelp(
            "From how much time beside one tenant or group in sum an alarm stands, in assumed attack times.",
            valueName: "times|none"),
        transform: { try Setting($0, orWord: "none") })
    var exposureGroup: Setting?

    @Option(
        help: ArgumentHelp(
            "From how much time beside strangers in sum, whoever they are, an alarm stands, in assumed attack times.",
            valueName: "times|none"),
        transform: { try Setting($0, orWord: "none") })
    var exposureStrangers: Setting?

    @Option(
        help: """
            Whose containers share the files of an image, and its pages in memory: 'fleet', 'tenant' or 'none'; from \
            their next start on. Docker's images are shared by all.
            """)
    var imageSharing: ImageSharing?

    /// Whether nothing is to be changed.
    var isEmpty: Bool {
        exposureWindow == nil && exposureGroup == nil && exposureStrangers == nil && imageSharing == nil
    }

    /// Makes the changes. Whether they fit each other depends on what stays as it is: that is for the control plane to say.
    func apply(to policy: inout Policy) {
        policy.exposure.windowFactor = exposureWindow ?? policy.exposure.windowFactor
        policy.exposure.groupFactor = exposureGroup.applied(to: policy.exposure.groupFactor)
        policy.images.sharing = imageSharing ?? policy.images.sharing
        policy.exposure.strangersFactor = exposureStrangers.applied(to: policy.exposure.strangersFactor)
    }
}

extension ImageSharing: ExpressibleByArgument {}
