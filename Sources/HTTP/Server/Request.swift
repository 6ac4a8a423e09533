import HTTPTypes

/// A request as a handler sees it.
public struct Request: Sendable {
    /// The method. For HEAD the route of GET is used where none of its own exists.
    public var method: HTTPRequest.Method
    /// The path, decoded, absolute, without `.` and `..`. `*` for `OPTIONS *`.
    public var path: String
    /// The query's names and values, decoded.
    public var query: QueryParameters
    /// What the route's pattern has named, decoded.
    public var parameters = PathParameters()
    /// The content. It is received as it is read.
    public var body: RequestBody
    /// Who sent the request.
    public var peer: PeerAddress
    /// How the connection is secured, with the client's certificate if it has shown one; nil without TLS.
    public var security: ConnectionSecurity?

    private var head: RequestHead?
    private var ownFields: HTTPFields?
    private var number: UInt64

    /// The header fields. They are made from the received bytes at each access: keep them in a constant to use several.
    public var headerFields: HTTPFields {
        get { ownFields ?? head?.headerFields() ?? [:] }
        set { ownFields = newValue }
    }

    /// What the log and error responses call this request: the client's `X-Request-ID` if it is 1-128 visible ASCII
    /// characters, or a number that is unique in this process and unlikely to repeat in another.
    public var id: String { clientID ?? RequestID.make(number) }

    /// A request that did not come from a connection, for tests and for calling a router directly.
    public init(
        method: HTTPRequest.Method, path: String, query: QueryParameters = QueryParameters(),
        headerFields: HTTPFields = [:], body: RequestBody = RequestBody([]), peer: PeerAddress = .unknown
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.body = body
        self.peer = peer
        ownFields = headerFields
        number = RequestID.next()
    }

    /// The value of one field, without making all the others.
    public subscript(name: HTTPField.Name) -> String? {
        if let ownFields { return ownFields[name] }
        guard let head, head.contains(name) else { return nil }
        return headerFields[name]
    }

    /// Reads a received head. Throws a `Problem` with status 400 if path or query are not decodable.
    init(_ head: RequestHead, body: RequestBody, peer: PeerAddress, security: ConnectionSecurity?) throws {
        let target = head.line.target
        method = head.method
        path = try RequestPath.decode(head.bytes[target.path], isAsterisk: target.isAsterisk)
        query = try target.query.map { try QueryParameters(decoding: head.bytes[$0]) } ?? QueryParameters()
        self.body = body
        self.peer = peer
        self.security = security
        self.head = head
        number = RequestID.next()
    }

    /// The identifier that the client has given, if it is fit to be repeated.
    var clientID: String? {
        if let ownFields { return HTTPField.Name("X-Request-ID").flatMap { ownFields[$0] } }
        return head.flatMap(RequestID.given)
    }
}

extension RequestHead {
    fileprivate func contains(_ name: HTTPField.Name) -> Bool {
        let wanted = name.canonicalName.utf8
        return fields.contains { field in
            field.name.count == wanted.count
                && zip(bytes[field.name], wanted).allSatisfy { byte, letter in
                    (byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte) == letter
                }
        }
    }
}
