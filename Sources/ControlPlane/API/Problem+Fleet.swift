import FleetCore
import FleetLedger
import FleetModel
import HTTP
import HTTPTypes
import ImageStore
import MovingTarget

/// The one place where errors become answers (RFC 9457).
extension Problem {
    /// A problem with a status, a stable code and a detail.
    init(_ status: HTTPResponse.Status, code: String, detail: String, errors: [FieldError]? = nil) {
        self.init(status: status, title: nil, detail: detail, code: code, type: nil, errors: errors)
    }

    /// A field of the body that is wrong.
    init(field: String, detail: String) {
        let pointer = field.isEmpty ? "" : "/" + field.replacing(".", with: "/")
        self.init(
            .unprocessableContent, code: "invalidField", detail: detail,
            errors: [FieldError(pointer: pointer, detail: detail)])
    }

    /// A body that could not be decoded.
    init(decoding error: DecodingError) {
        // The decoder reads strings only when they are wanted: what is not JSON may be found as late as here.
        if case .dataCorrupted(let context) = error, context.codingPath.isEmpty || context.underlyingError != nil {
            self.init(.badRequest, code: "invalidJSON", detail: "the body is not JSON: \(Self.words(for: error))")
            return
        }
        let path = Self.path(of: error)
        let words = Self.words(for: error)
        var field = path
        if case .keyNotFound(let key, _) = error { field += (path.isEmpty ? "" : ".") + key.stringValue }
        self.init(field: field, detail: path.isEmpty ? words : "\(path): \(words)")
    }

    /// What any error of the control plane is as an answer; `nil` for those nobody foresaw.
    init?(_ error: any Error) {
        switch error {
        case let problem as Problem: self = problem
        case let error as FleetError: self.init(fleet: error)
        case let error as ModelError: self.init(model: error)
        case let error as ImageError: self.init(.unprocessableContent, code: "invalidImage", detail: "\(error)")
        case let error as PolicyRefusal: self.init(field: error.field, detail: "\(error)")
        case let error as LedgerError: self.init(ledger: error)
        case let error as Overload:
            self.init(.tooManyRequests, code: "overloaded", detail: "nothing was done: \(error); try again in a second")
            headerFields[.retryAfter] = "1"
        default: return nil
        }
    }

    private init(model error: ModelError) {
        switch error {
        case .outOfRange(let field, _): self.init(field: field, detail: "\(error)")
        case .invalidName, .invalidAddress, .invalidNetwork, .invalidDigest, .invalidTimestamp:
            self.init(.unprocessableContent, code: "invalidField", detail: "\(error)")
        }
    }

    private init?(ledger error: LedgerError) {
        switch error.code {
        case .invalidCursor, .invalidLimit:
            self.init(.badRequest, code: "invalidParameter", detail: "\(error)")
        case .diskFull, .readOnly:
            self.init(.serviceUnavailable, code: "ledgerUnavailable", detail: "nothing was changed: \(error)")
        case .inUse:
            self.init(
                .serviceUnavailable, code: "ledgerInUse",
                detail: "nothing was changed: another process holds the ledger's database; try again when it is done "
                    + "(\(error))")
            headerFields[.retryAfter] = "1"
        default: return nil
        }
    }

    private init(fleet error: FleetError) {
        let detail = error.description
        switch error {
        case .notFound: self.init(.notFound, code: "notFound", detail: detail)
        case .exists: self.init(.conflict, code: "exists", detail: detail)
        case .conflict: self.init(.conflict, code: "conflict", detail: detail)
        case .invalid(let field, _): self.init(field: field, detail: detail)
        case .stale: self.init(.preconditionFailed, code: "stale", detail: detail)
        case .agent: self.init(.badGateway, code: "agentFailed", detail: detail)
        case .hostLost: self.init(.forbidden, code: Membership.lostCode, detail: detail)
        case .addressesExhausted: self.init(.serviceUnavailable, code: "addressesExhausted", detail: detail)
        }
    }

    /// A decoding error in words.
    static func words(for error: any Error) -> String {
        guard let error = error as? DecodingError else { return "\(error)" }
        return switch error {
        case .typeMismatch(let type, _): "must be \(name(of: type))"
        case .valueNotFound(let type, _): "must be \(name(of: type)), is null"
        case .keyNotFound(let key, _): "the field '\(key.stringValue)' is missing"
        case .dataCorrupted(let context): context.debugDescription
        @unknown default: "\(error)"
        }
    }

    private static func name(of type: any Any.Type) -> String {
        switch "\(type)" {
        case "String": "a string"
        case "Int", "Int64", "UInt16", "UInt64": "a whole number"
        case "Double": "a number"
        case "Bool": "true or false"
        case let name where name.hasPrefix("Array"): "a list"
        default: "an object"
        }
    }

    private static func path(of error: DecodingError) -> String {
        let context: DecodingError.Context? =
            switch error {
            case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context),
                .dataCorrupted(let context):
                context
            @unknown default: nil
            }
        return (context?.codingPath ?? [])
            .map { key in key.intValue.map(String.init) ?? key.stringValue }
            .joined(separator: ".")
    }
}
