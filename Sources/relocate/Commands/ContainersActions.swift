import ArgumentParser
import FleetModel

/// `relocate containers start NAME`
struct ContainersStart: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "start", abstract: "Start a container that does not run: stopped, failed, stranded or lost.")

    @OptionGroup var container: ContainerArgument

    @Flag(name: .customLong("no-wait"), help: "Do not wait until it runs.")
    var noWait = false

    @OptionGroup var options: ClientOptions

    func run(_ session: Session) async throws {
        let path = APIPath("containers", container.name.text, "start")
        try await StartWait(session, isOff: noWait).run { seconds, limit in
            try await session.api.post(path.with("wait", seconds), timeout: limit)
        }
    }
}

/// `relocate containers remove NAME…`
struct ContainersRemove: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "End containers and remove everything of them.",
        discussion: "With several names, those that can be removed are, and the exit code is that of the first failure."
    )

    @Argument(help: "The containers.", transform: { try ContainerName($0) })
    var names: [ContainerName]

    @Flag(name: .customLong("no-wait"), help: "Do not wait until they are gone.")
    var noWait = false

    @OptionGroup var options: ClientOptions

    func run(_ session: Session) async throws {
        var failures: [ClientError] = []
        for name in names {
            do {
                try await remove(name, session)
            } catch let error as ClientError where error.exitStatus != .done && error.exitStatus != .unreachable {
                failures.append(error)
            }
        }
        guard let first = failures.first else { return }
        for failure in failures.dropFirst().reversed() { failure.complain() }
        throw first
    }

    private func remove(_ name: ContainerName, _ session: Session) async throws {
        let seconds = min(session.timeoutSeconds ?? 60, 600)
        let answer = try await session.api.delete(
            APIPath("containers", name.text).with("wait", noWait ? nil : Units.plain(seconds)),
            timeout: noWait ? nil : .seconds(seconds + 10))
        let isGone = answer.status == 204
        try session.confirm(answer, isGone ? "\(name) is removed" : "\(name) is being removed")
        guard isGone || noWait else {
            throw ClientError.timedOut("\(name) is not removed yet after \(Units.plain(seconds)) s")
        }
    }
}

/// `relocate containers logs NAME`
struct ContainersLogs: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs", abstract: "Print a container's last output.",
        discussion: "On a terminal, control characters are shown as '?': what a container writes must not command it.")

    @OptionGroup var container: ContainerArgument

    @Option(
        help: ArgumentHelp("How much from the end, up to 1MiB. (default: 64KiB)", valueName: "size"),
        transform: { try ByteSize($0) })
    var tailBytes: ByteSize?

    @OptionGroup var options: ClientOptions

    func validate() throws {
        guard let tailBytes else { return }
        guard (1...1 << 20).contains(tailBytes.bytes) else {
            throw ValidationError("--tail-bytes must be 1 byte to 1MiB, is \(tailBytes.bytes) bytes")
        }
    }

    private struct Document: Encodable {
        var container: ContainerName
        var output: String
    }

    func run(_ session: Session) async throws {
        let answer = try await session.api.get(
            APIPath("containers", container.name.text, "logs").with("tailBytes", tailBytes?.bytes))
        let text = String(decoding: answer.bytes, as: UTF8.self)
        if session.wantsJSON {
            try session.output.json(try FleetJSON.encode(Document(container: container.name, output: text)))
        } else if session.output.isTerminal {
            try session.output.write(text.printableLines + (text.isEmpty || text.hasSuffix("\n") ? "" : "\n"))
        } else {
            try session.output.write(answer.bytes)
        }
    }
}
