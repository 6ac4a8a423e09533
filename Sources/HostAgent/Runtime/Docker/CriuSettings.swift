/// The file in which runc, and through it Docker, finds what to hand on to CRIU: a setting in each line, without the dashes.
struct CriuSettings: Sendable {
    /// A line that has to be there.
    struct Line: Sendable, Hashable {
        /// The line, with a value that serves where it takes one.
        let line: String
        /// What does not work without it.
        let loss: String
        /// Whether another value serves as well.
        var takesAnyValue = false
    }

    private let lines: [String]

    /// Reads the file. `name value` and `name = value` are the same, and a comment ends a line.
    init(text: String) {
        lines = text.split(whereSeparator: \.isNewline).map { line in
            line.prefix { $0 != "#" }.split { $0 == " " || $0 == "=" || $0 == "\t" }.joined(separator: " ")
        }
    }

    /// The lines that are not there.
    var missing: [Line] {
        Self.needed.filter { needed in
            guard needed.takesAnyValue else { return !lines.contains(needed.line) }
            let name = needed.line.prefix { $0 != " " } + " "
            return !lines.contains { $0.hasPrefix(name) }
        }
    }

    /// The largest deleted file that moves, in bytes.
    var ghostLimit: Int {
        guard let value = lines.last(where: { $0.hasPrefix("ghost-limit ") })?.split(separator: " ").last else {
            return 1 << 20
        }
        let number = Int(value.prefix { $0.isNumber }) ?? 0
        return switch value.last {
        case "K": number << 10
        case "M": number << 20
        case "G": number << 30
        default: number
        }
    }

    private static let needed = [
        Line(line: "tcp-established", loss: "open connections do not move"),
        Line(line: "network-lock skip", loss: "CRIU takes the network away while the agent holds packets"),
        Line(line: "skip-in-flight", loss: "a client that is just connecting makes a move fail"),
        Line(line: "ext-unix-sk", loss: "a Unix socket that leads out of the container makes a move fail"),
        Line(line: "file-locks", loss: "a locked file makes a move fail"),
        Line(line: "link-remap", loss: "a file that was replaced or deleted while it is in use makes a move fail"),
        Line(
            line: "ghost-limit 1G", loss: "a deleted file of more than 1 MiB that is in use makes a move fail",
            takesAnyValue: true),
    ]
}
