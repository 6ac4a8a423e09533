import FleetAPI
import FleetModel

/// An event of the stream as `watch` prints it.
struct EventLine {
    private let kind: String
    /// The event with its kind in it, as the record of actions has it.
    private let document: Answer

    /// Takes an event.
    /// - Throws: `ClientError.notUnderstood` when the data are not JSON.
    init(kind: String, data: String) throws {
        self.kind = kind
        let answer = Answer(bytes: Array(data.utf8))
        guard case .object(var fields) = try answer.decode(JSONValue.self) else {
            throw ClientError.notUnderstood("an event is not a JSON object")
        }
        fields["kind"] = .string(kind)
        document = Answer(bytes: try FleetJSON.encode(fields))
    }

    /// Whether it is the end of a move.
    var endsMove: Bool {
        guard let event = try? document.decode(ActionView.self).event, case .relocation(let relocation) = event.change
        else { return false }
        return relocation.state.isFinal
    }

    /// Prints it: a JSON document in one line for scripts, the time and a sentence for people.
    func write(_ session: Session) throws {
        guard !session.wantsJSON else { return try session.output.json(document.bytes) }
        guard EventKind(rawValue: kind) != nil else {
            return try session.output.line("an event of the kind '\(kind)', which this version does not know", .faint)
        }
        let event = try document.decode(ActionView.self).event
        let sentence = EventSentence(event)
        let style = session.output.style
        try session.output.write(
            style.paint(event.at.clockTime, .faint) + "  " + style.paint(sentence.text, sentence.tone) + "\n")
    }
}
