import HTTP
import HTTPTypes

extension Request {
    /// Who makes the request, for the record: the subject of the client's certificate where it has shown one, else what it
    /// says of itself in `Relocate-Actor`, or `operator`.
    ///
    /// What it says of itself is a claim. A subject that does not fit into the record is named by its fingerprint.
    var actor: String {
        if let certificate = security?.peerCertificate {
            return [certificate.subject].first(where: Self.isActor) ?? String("\(certificate.fingerprint)".prefix(64))
        }
        guard let name = HTTPField.Name("Relocate-Actor"), let text = headerFields[name], Self.isActor(text) else {
            return "operator"
        }
        return text
    }

    private static func isActor(_ text: String) -> Bool {
        (1...64).contains(text.count) && text.allSatisfy { $0.isASCII && !$0.isWhitespace }
    }
}
