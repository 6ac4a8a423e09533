import FoundationEssentials
import HTTPTypes

/// An error as clients see it: `application/problem+json` (RFC 9457).
///
/// A handler throws it; the router makes the response of it. `type` is a stable reference made of the code, `title`
/// belongs to the code, `detail` to this one case.
public struct Problem: Error, Sendable, Codable {
    /// One thing that is wrong with the content.
    public struct FieldError: Sendable, Hashable, Codable {
        /// Where: a JSON pointer (RFC 6901), such as `/limits/memoryBytes`.
        public var pointer: String
        /// What is wrong there, and what would be right.
        public var detail: String

        /// An error at a place.
        public init(pointer: String, detail: String) {
            self.pointer = pointer
            self.detail = detail
        }
    }

    /// A URI reference that names the kind of problem.
    public var type: String
    /// The kind of problem in words.
    public var title: String
    /// The HTTP status.
    public var status: Int
    /// What happened here, and what would be right.
    public var detail: String?
    /// The identifier of the request.
    public var instance: String?
    /// The kind of problem, for programs.
    public var code: String
    /// What is wrong in the content, place by place.
    public var errors: [FieldError]?
    /// Fields to send along, such as `Retry-After` or `ETag`.
    public var headerFields: HTTPFields = [:]

    private enum CodingKeys: String, CodingKey {
        case type, title, status, detail, instance, code, errors
    }

    /// A problem. Without a title the status's reason phrase is used, without a code the reason phrase in lower camel
    /// case, and without a type `/problems/` and the code.
    public init(
        status: HTTPResponse.Status, title: String? = nil, detail: String? = nil, code: String? = nil,
        type: String? = nil, errors: [FieldError]? = nil, headerFields: HTTPFields = [:]
    ) {
        let reason = status.reasonPhrase
        let code = code ?? Self.lowerCamelCase(reason)
        self.type = type ?? "/problems/\(code)"
        self.title = title ?? reason
        self.status = status.code
        self.detail = detail
        self.code = code
        self.errors = errors
        self.headerFields = headerFields
    }

    /// The problem as a response.
    public var response: Response {
        var response = Response(
            status: HTTPResponse.Status(code: status, reasonPhrase: title), headerFields: headerFields,
            body: .bytes(json))
        response.headerFields[.contentType] = "application/problem+json"
        return response
    }

    private var json: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Strings and numbers always encode; should that ever change, the status still tells the story.
        return (try? encoder.encode(self)).map(Array.init) ?? Array("{}".utf8)
    }

    private static func lowerCamelCase(_ phrase: String) -> String {
        let words = phrase.lowercased().split { !($0.isLetter || $0.isNumber) }
        guard let first = words.first else { return "unknown" }
        return first + words.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }

    /// A request that cannot be understood.
    static func badRequest(_ detail: String) -> Problem {
        Problem(status: .badRequest, detail: detail)
    }

    /// An error of this module as a problem. Only what concerns the request is told; the rest is the server's business.
    init(_ error: HTTPError) {
        self.init(
            status: error.status, detail: error.status == .internalServerError ? nil : error.message,
            code: error.status == .internalServerError ? nil : error.code.description)
    }
}
