import FleetAPI
import FleetModel

/// One run of a client verb: the control plane, the options and where to write.
struct Session: Sendable {
    /// The control plane.
    let api: APIClient
    /// Whether the output is for scripts.
    let wantsJSON: Bool
    /// The limit that was given on the command line, in seconds; `nil` when none was.
    let timeoutSeconds: Double?
    /// Where results go.
    let output = Output.results
    /// Where complaints and progress go.
    let complaints = Output.complaints
    /// When the verb was started: ages are counted from here.
    let now = Timestamp.now

    /// A run with these options.
    /// - Throws: `ClientError`.
    init(_ options: ClientOptions) throws {
        api = try APIClient(
            server: try options.address, trust: options.trust, actor: Self.fitActor(Environment()["USER"]),
            timeout: options.answerTimeout)
        wantsJSON = options.json
        timeoutSeconds = options.timeout
    }

    /// Prints an answer: as it came for scripts, or as the text that is made of it for people.
    func show<Value: Decodable>(_ answer: Answer, as type: Value.Type, _ text: (Value) throws -> String) throws {
        guard !wantsJSON else { return try output.json(answer.bytes) }
        try output.write(try text(try answer.decode(type)))
    }

    /// Prints a list as a table, or a sentence when it is empty.
    func table<Item: Codable & Sendable & Equatable>(
        _ answer: Answer, of type: Item.Type, ifEmpty sentence: String, _ columns: [Table.Column],
        _ row: (Item) -> [Table.Cell]
    ) throws {
        try show(answer, as: ListView<Item>.self) { list in
            guard !list.items.isEmpty else { return sentence + "\n" }
            return Table(columns: columns, rows: list.items.map(row)).text(in: output.style)
        }
    }

    /// Prints an answer that has no content worth a table: the sentence for people.
    func confirm(_ answer: Answer, _ sentence: @autoclosure () -> String) throws {
        if wantsJSON { try output.json(answer.bytes) } else { try output.line(sentence()) }
    }

    /// How long ago something was, seen from the start of the verb.
    func age(_ instant: Timestamp?) -> String {
        instant.map { Units.span(seconds: now.seconds(since: $0)) } ?? Units.nothing
    }

    /// The user's name, when the record of actions can hold it: 1 to 64 visible ASCII characters.
    static func fitActor(_ name: String?) -> String? {
        guard let name, (1...64).contains(name.utf8.count), name.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            return nil
        }
        return name
    }
}
