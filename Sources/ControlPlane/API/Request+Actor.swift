import HTTP
import HTTPTypes

extension Request {
    /// Who makes the request, for the record: what the client says of itself in `Relocate-Actor`, or `operator`.
    ///
    /// It is a claim: whoever can reach the operators' listener can do everything.
    var actor: String {
        guard let name = HTTPField.Name("Relocate-Actor"), let text = headerFields[name], (1...64).contains(text.count),
            text.allSatisfy({ $0.isASCII && !$0.isWhitespace })
        else { return "operator" }
        return text
    }
}
