import ArgumentParser
import FleetAPI
import FleetModel

/// `relocate hosts label NAME KEY=VALUE… KEY-…`
struct HostsLabel: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "label", abstract: "Set labels of a host, or take them away.",
        discussion: """
            Labels profile.GROUP.NAME with a GROUP of \(Choice.words(AttributeGroup.self)) say what the host is made of, in \
            place of what its agent found out; an empty value says that it is not known.

            relocate hosts label host1 rack=a3 profile.network.zone=east
            relocate hosts label host1 rack-
            """)

    @OptionGroup var host: HostArgument

    @Argument(
        help: ArgumentHelp("KEY=VALUE sets a label, KEY- takes it away.", valueName: "key=value"),
        transform: { try LabelChange($0) })
    var changes: [LabelChange]

    @OptionGroup var options: ClientOptions

    func validate() throws {
        if let twice = Dictionary(grouping: changes, by: \.key).first(where: { $0.value.count > 1 }) {
            throw ValidationError("the label '\(twice.key)' is given twice")
        }
    }

    func run(_ session: Session) async throws {
        let path = APIPath("hosts", host.name.text)
        var labels = try await session.api.get(path).decode(HostView.self).host.labels
        for change in changes { try change.apply(to: &labels) }
        let answer = try await session.api.patch(path, HostChangesBody(labels: labels))
        try session.show(answer, as: HostView.self) { view in
            let words = view.host.labels.sorted { $0.key < $1.key }.map { "\($0)=\($1)" }
            return "\(host.name): \(words.isEmpty ? "no labels" : words.joined(separator: ", "))\n"
        }
    }
}
