import Crypto
import FleetCore
import FleetModel
import HTTP
import HTTPTypes

extension HTTPField.Name {
    /// The number of the event up to which an answer is true: a client lists, then follows the events after it.
    static let relocateIndex = parsed("Relocate-Index")
    /// A client's name for a request, given back with the answer.
    static let requestID = parsed("X-Request-ID")

    private static func parsed(_ name: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(name) else { preconditionFailure("'\(name)' is not a field name") }
        return name
    }
}

extension Response {
    /// An answer in JSON.
    static func answer(
        _ status: HTTPResponse.Status, _ value: some Encodable, headerFields: HTTPFields = [:]
    ) throws -> Response {
        var fields = headerFields
        fields[.contentType] = "application/json"
        fields[.cacheControl] = "no-cache"
        return Response(status: status, headerFields: fields, body: .bytes(try FleetJSON.encode(value)))
    }

    /// An answer that shows a state of the fleet, or 304 when the client has it already.
    static func snapshot(
        _ value: some Encodable, of state: FleetState, for request: Request
    ) throws -> Response {
        let bytes = try FleetJSON.encode(value)
        let tag = EntityTag(of: bytes)
        let fields: HTTPFields = [
            .eTag: tag.description, .relocateIndex: String(state.sequence), .cacheControl: "no-cache",
            .contentType: "application/json",
        ]
        if tag.isAmong(request.headerFields[.ifNoneMatch]) {
            return Response(status: .notModified, headerFields: fields, body: .empty)
        }
        return Response(status: .ok, headerFields: fields, body: .bytes(bytes))
    }
}

/// A strong entity tag (RFC 9110, section 8.8.3): equal bytes, equal tags.
struct EntityTag: Hashable, CustomStringConvertible {
    /// The tag with its quotes.
    let description: String

    init(of bytes: [UInt8]) {
        description = "\"" + SHA256.hash(data: bytes).prefix(8).map { String(format: $0) }.joined() + "\""
    }

    /// The tag of a version that is counted.
    init(version: Int) { description = "\"\(version)\"" }

    /// Whether a list of entity tags, such as that of If-Match, names this one or any.
    func isAmong(_ list: String?) -> Bool {
        (list ?? "").split(separator: ",").map { $0.trimmingPrefix(" ") }.contains { $0 == description || $0 == "*" }
    }
}

extension String {
    fileprivate init(format byte: UInt8) {
        self = String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
    }
}
