import ArgumentParser
import FleetAPI
import FleetModel

/// `relocate heterogeneity`
struct HeterogeneityCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "heterogeneity", abstract: "Show how different the hosts are from each other.",
        discussion: """
            Differences go from 0, nothing differs, to 1; '-' is too little known. 'relocate hosts NAME' shows what a host \
            is made of, and 'relocate hosts label' says what agents cannot find out.
            """)

    @Option(
        name: .customLong("from"), help: "How different all others are from this host, group by group.",
        transform: { try HostName($0) })
    var source: HostName?

    @OptionGroup var options: ClientOptions

    func run(_ session: Session) async throws {
        let answer = try await session.api.get(APIPath("heterogeneity").with("from", source))
        guard source == nil else {
            return try session.show(answer, as: DistancesView.self) {
                DistanceReport(view: $0).text(in: session.output.style)
            }
        }
        try session.show(answer, as: HeterogeneityView.self) {
            HeterogeneityReport(view: $0).text(in: session.output.style)
        }
    }
}
