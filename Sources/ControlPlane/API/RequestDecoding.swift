import FleetAPI
import FleetCore
import FleetModel
import FoundationEssentials
import HTTP

extension Request {
    /// The most bytes that the body of a JSON request may have.
    private static var largestBody: Int { 1 << 20 }

    /// Decodes the JSON body.
    /// - Throws: `Problem` 415 for another media type, 400 for what is not JSON, 422 for a field that is wrong, naming
    ///   it and what would be right.
    func decode<Body: JSONBody>(_ type: Body.Type) async throws -> Body {
        let json = try await jsonBytes()
        try checkFields(of: json, known: Body.fieldNames)
        do {
            return try FleetJSON.decode(type, from: json)
        } catch let error as DecodingError {
            throw Problem(decoding: error)
        }
    }

    /// Checks that the body asks for nothing that would not be done.
    /// - Throws: as `decode`.
    func decodeNothing() async throws { _ = try await decode(NoFieldsBody.self) }

    /// The JSON body, whatever it is.
    /// - Throws: `Problem` 415 for another media type, 400 for what is not JSON.
    func json() async throws -> JSONValue {
        let bytes = try await jsonBytes()
        do {
            return try FleetJSON.decode(JSONValue.self, from: bytes)
        } catch let error as DecodingError {
            throw Problem(decoding: error)
        }
    }

    private func jsonBytes() async throws -> [UInt8] {
        let bytes = try await body.collect(upTo: Self.largestBody)
        guard !bytes.isEmpty else { return Array("{}".utf8) }
        let mediaType = (headerFields[.contentType] ?? "").split(separator: ";").first.map(String.init) ?? ""
        guard mediaType.lowercased() == "application/json" else {
            throw Problem(
                .unsupportedMediaType, code: "unsupportedMediaType",
                detail: "the body's Content-Type must be application/json, is '\(mediaType)'")
        }
        return bytes
    }

    private func checkFields(of json: [UInt8], known: [String]) throws {
        let fields: FieldNames
        do {
            fields = try FleetJSON.decode(FieldNames.self, from: json)
        } catch DecodingError.typeMismatch {
            throw Problem(.badRequest, code: "invalidJSON", detail: "the body must be a JSON object")
        } catch {
            throw Problem(
                .badRequest, code: "invalidJSON", detail: "the body is not JSON: \(Problem.words(for: error))")
        }
        guard let (unknown, words) = fields.unknown(besides: known) else { return }
        throw Problem(field: unknown, detail: words)
    }

    /// A path parameter that is a name.
    /// - Throws: `Problem` 404, because nothing can have such a name.
    func name<Subject>(_ parameter: String, of kind: String) throws -> Name<Subject> {
        let text = parameters[parameter] ?? ""
        guard let name = try? Name<Subject>(text) else {
            throw FleetError.notFound(kind: kind, name: text)
        }
        return name
    }

    /// The query's values, after checking that it has no others than these.
    /// - Throws: `Problem` 400 naming an unknown parameter.
    func checkQuery(_ known: String...) throws {
        guard let unknown = Set(query.names).subtracting(known).min() else { return }
        let list = known.isEmpty ? "none is known here" : "known are \(known.sorted().joined(separator: ", "))"
        throw Problem(
            .badRequest, code: "unknownParameter", detail: "there is no query parameter '\(unknown)'; \(list)")
    }

    /// A query parameter in its own type.
    /// - Throws: `Problem` 400 when the text is not of the type.
    func queryValue<Value>(_ name: String, _ form: String, _ parse: (String) throws -> Value?) throws -> Value? {
        guard let text = query[name] else { return nil }
        guard let value = try? parse(text) else {
            throw Problem(.badRequest, code: "invalidParameter", detail: "\(name) must be \(form), is '\(text)'")
        }
        return value
    }

    /// Query parameters that each name one of a few.
    /// - Throws: `Problem` 400 when one names none of them.
    func queryValues<Value: CaseIterable & RawRepresentable>(_ name: String, oneOf type: Value.Type) throws -> [Value]
    where Value.RawValue == String {
        try query.all(name).map { text in
            guard let value = Value(rawValue: text) else {
                let known = type.allCases.map(\.rawValue).joined(separator: ", ")
                throw Problem(
                    .badRequest, code: "invalidParameter", detail: "\(name) must be one of \(known), is '\(text)'")
            }
            return value
        }
    }
}
