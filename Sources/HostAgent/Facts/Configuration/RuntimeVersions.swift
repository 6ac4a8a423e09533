import FleetModel
import Glibc

/// The versions of the programs that run and move containers. A program is asked once, and again after it was replaced.
struct RuntimeVersions: Sendable {
    /// The programs by name, each a path or a name to be looked for in `PATH`.
    let tools: [String: String]
    private var known: [FileIdentity: String] = [:]

    /// Asks these programs.
    init(tools: [String: String]) { self.tools = tools }

    /// Those that are there, with their versions; `nil` when none is.
    mutating func attribute() async -> AttributeValue? {
        var table: [String: String] = [:]
        for (name, tool) in tools.sorted(by: { $0.key < $1.key }) {
            guard let path = ToolOutput.path(of: tool), let identity = FileIdentity(path) else { continue }
            if known[identity] == nil {
                known[identity] = await ToolOutput.of(path, ["--version"]).flatMap { Self.parse($0) }
            }
            table[name] = known[identity]
        }
        return table.isEmpty ? nil : .table(table)
    }

    /// The version in what a program prints for `--version`: the first word of the first line that begins with a digit,
    /// or with `v` and a digit.
    ///
    ///     runc version 1.1.5+ds1
    ///     Version: 4.2.1
    ///     Docker version 28.2.2, build e6534b4
    ///     containerd github.com/containerd/containerd v1.7.2 0cae528dd6cb557f7201036e9f43420650207b58
    static func parse(_ output: String) -> String? {
        guard let line = output.split(whereSeparator: \.isNewline).first else { return nil }
        for word in line.split(whereSeparator: { $0.isWhitespace || $0 == "," }) {
            let version = word.first == "v" ? word.dropFirst() : word
            if let first = version.first, first.isASCII, first.isNumber { return String(version) }
        }
        return nil
    }
}
