import FoundationEssentials
import HTTPTypes

extension ClientResponse {
    /// The answer as a problem: the one the server describes (RFC 9457), or one made of the status.
    public func problem() async -> Problem {
        let isProblem = headerFields[.contentType]?.hasPrefix("application/problem+json") ?? false
        if isProblem, let bytes = try? await collect(upTo: 256 * 1024),
            let problem = try? JSONDecoder().decode(Problem.self, from: Data(bytes))
        {
            return problem
        }
        return Problem(status: status, detail: "the server answered with the status \(status.code)")
    }
}
