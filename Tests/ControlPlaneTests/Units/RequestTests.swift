import FleetAPI
import FleetCore
import FleetModel
import HTTP
import HTTPTypes
import ImageStore
import Testing

@testable import ControlPlane

@Suite("What is read of a request")
struct RequestTests {
    private struct Body: JSONBody {
        enum CodingKeys: String, CodingKey, CaseIterable { case name, count }
        static var fieldNames: [String] { CodingKeys.allCases.map(\.rawValue) }
        var name: String
        var count: Int?
    }

    private func decode(_ body: String, type: String? = "application/json") async throws -> Body {
        let fields: HTTPFields = type.map { [.contentType: $0] } ?? [:]
        return try await Desk.request(.post, "/", Array(body.utf8), fields).decode(Body.self)
    }

    private func problem(_ body: String, type: String? = "application/json") async throws -> Problem {
        do {
            _ = try await decode(body, type: type)
        } catch let problem as Problem {
            return problem
        }
        throw Unrefused(body: body)
    }

    private struct Unrefused: Error { var body: String }

    @Test(
        "a body of JSON, whatever its media type says beside",
        arguments: [
            "application/json", "application/json; charset=utf-8", "Application/JSON",
        ])
    func body(type: String) async throws {
        let body = try await decode(#"{"name":"shop","count":3}"#, type: type)
        #expect(body.name == "shop" && body.count == 3)
    }

    @Test(
        "another media type is refused before anything is read", arguments: ["text/plain", "application/jsonx", "json"])
    func mediaType(type: String) async throws {
        let problem = try await problem(#"{"name":"shop"}"#, type: type)
        #expect(problem.status == 415 && problem.code == "unsupportedMediaType")
        #expect(problem.detail == "the body's Content-Type must be application/json, is '\(type)'")
    }

    @Test("an empty body counts as an empty object, and needs no media type")
    func empty() async throws {
        let missing = try await problem("", type: nil)
        #expect(missing.status == 422 && missing.detail == "the field 'name' is missing")
        let value = try await Desk.request(.post, "/").json()
        #expect(value == .object([:]))
    }

    @Test("a field that there is not is named before others are looked at, with those that there are")
    func unknown() async throws {
        let problem = try await problem(#"{"nmae":"shop","colour":1}"#)
        #expect(problem.errors?.first?.pointer == "/colour")
        #expect(problem.detail == "there is no field 'colour'; the fields are count, name")
    }

    @Test(
        "what is no object, or no JSON, is said to be so",
        arguments: [
            ("[]", "must be a JSON object"), ("3", "must be a JSON object"), ("\"x\"", "must be a JSON object"),
            ("null", "JSON"), ("{\"name\"", "is not JSON"), ("{\"name\":\"a\" \"b\"}", "is not JSON"),
        ])
    func nonsense(text: String, words: String) async throws {
        let problem = try await problem(text)
        #expect(problem.status == 400 && problem.detail?.contains(words) == true, "\(problem)")
    }

    @Test("a body beyond a mebibyte is too large")
    func tooLarge() async throws {
        let body = #"{"name":""# + String(repeating: "x", count: 1 << 20) + #""}"#
        let error = await #expect(throws: HTTPError.self) { try await decode(body) }
        #expect(error?.code == .payloadTooLarge)
    }

    @Test(
        "limits are 1 to 1000, 50 when nothing is said",
        arguments: [
            ("", 50), ("?limit=1", 1), ("?limit=1000", 1000), ("?limit=0", nil), ("?limit=1001", nil),
            ("?limit=-5", nil),
            ("?limit=ten", nil), ("?limit=", nil), ("?limit=99999999999999999999", nil),
        ] as [(String, Int?)])
    func limits(query: String, limit: Int?) throws {
        let request = try Desk.request(.get, "/\(query)")
        if let limit {
            #expect(try request.limit() == limit)
        } else {
            let problem = try #require(throws: Problem.self) { try request.limit() }
            #expect(problem.status == 400 && problem.detail?.hasPrefix("limit must be 1 to 1000, is '") == true)
        }
    }

    @Test(
        "waits are 0 to 600 seconds",
        arguments: [
            ("", 0), ("?wait=0", 0), ("?wait=0.25", 0.25), ("?wait=600", 600), ("?wait=601", nil), ("?wait=-1", nil),
            ("?wait=nan", nil), ("?wait=inf", nil), ("?wait=soon", nil),
        ] as [(String, Double?)])
    func waits(query: String, seconds: Double?) throws {
        let request = try Desk.request(.get, "/\(query)")
        if let seconds {
            #expect(try request.wait() == .seconds(seconds))
        } else {
            #expect(throws: Problem.self) { try request.wait() }
        }
    }

    @Test("parameters that nobody knows are named, the first by name, with those that are known")
    func query() throws {
        let request = try Desk.request(.get, "/?b=1&a=2&limit=3")
        let problem = try #require(throws: Problem.self) { try request.checkQuery("limit", "cursor") }
        #expect(problem.status == 400 && problem.detail == "there is no query parameter 'a'; known are cursor, limit")
        #expect(throws: Never.self) { try request.checkQuery("a", "b", "limit") }
        let none = try #require(throws: Problem.self) { try request.checkQuery() }
        #expect(none.detail == "there is no query parameter 'a'; none is known here")
    }

    @Test(
        "who asks: what a client says of itself, if it fits into the record, else operator",
        arguments: [
            ("ann", "ann"), ("ann@example.org", "ann@example.org"), ("", "operator"), ("two words", "operator"),
            ("änn", "operator"), (String(repeating: "x", count: 64), String(repeating: "x", count: 64)),
            (String(repeating: "x", count: 65), "operator"), (nil, "operator"),
        ] as [(String?, String)])
    func actor(claim: String?, expected: String) throws {
        let name = try #require(HTTPField.Name("Relocate-Actor"))
        let request = try Desk.request(.get, "/", [], claim.map { [name: $0] } ?? [:])
        #expect(request.actor == expected)
    }
}

@Suite("Cursors")
struct ListCursorTests {
    private func roundTrip<Key: ListKey>(_ keys: [Key]) {
        for key in keys {
            let text = ListCursor.text(of: key)
            #expect(ListCursor.key(text, of: Key.self).map { !($0 < key) && !(key < $0) } == true, "\(text)")
            #expect(text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }, "\(text)")
        }
    }

    @Test("carry every key of every list there and back, and need no quoting in an address")
    func keys() throws {
        roundTrip([try HostName("host1"), try HostName("a"), try HostName(String(repeating: "z", count: 63))])
        roundTrip([Position(0), Position(12345)])
        roundTrip([NewestFirst(1), NewestFirst(.max)])
        roundTrip(
            AlarmKind.allCases.map { kind in
                AlarmPlace(
                    raisedAt: Timestamp(milliseconds: 1_800_000_000_000),
                    key: AlarmKey(kind: kind, subject: "relocation-7"))
            } + [
                AlarmPlace(
                    raisedAt: Timestamp(milliseconds: -1), key: AlarmKey(kind: .lost, subject: "with spaces in it"))
            ])
        roundTrip([
            AdoptablePlace(host: try HostName("host1"), name: "a/b c", id: "id"),
            AdoptablePlace(host: try HostName("host1"), name: "", id: "id"),
        ])
        let digest = try ImageDigest("sha256:" + String(repeating: "0f", count: 32))
        roundTrip([ImagePlace(name: "shop/web:3", digest: digest), ImagePlace(name: "", digest: digest)])
    }

    @Test(
        "what no list has given is none",
        arguments: [
            "", "=", "nonsense!", "bm9uZQ==", "Tk9ORQ", "aG9zdDE=", "aG9z dDE", "é", "_-_-", "aG9zdDF",
        ])
    func none(text: String) {
        #expect(ListCursor.key(text, of: HostName.self) == nil, "\(text)")
    }

    @Test("a cursor of one list is none of another")
    func others() throws {
        let host = ListCursor.text(of: try HostName("host1"))
        #expect(ListCursor.key(host, of: Position.self) == nil && ListCursor.key(host, of: NewestFirst.self) == nil)
        #expect(
            ListCursor.key(host, of: AlarmPlace.self) == nil && ListCursor.key(host, of: AdoptablePlace.self) == nil)
        #expect(ListCursor.key(host, of: ImagePlace.self) == nil)
        for text in ["1 nothing x", "x lost x", "1 lost"] {
            #expect(AlarmPlace(cursorText: text) == nil, "\(text)")
        }
        for text in ["Host/1/x", "host1/1", "host1"] { #expect(AdoptablePlace(cursorText: text) == nil, "\(text)") }
        for text in ["0f x", "", "zz"] { #expect(ImagePlace(cursorText: text) == nil, "\(text)") }
    }

    @Test("the newest come first where a list says so, and a window is read of a request")
    func order() throws {
        #expect([NewestFirst(1), NewestFirst(3), NewestFirst(2)].sorted().map(\.number) == [3, 2, 1])
        #expect(Position(1) < Position(2))
        let cursor = ListCursor.text(of: try HostName("host1"))
        let window = try Desk.request(.get, "/?cursor=\(cursor)&limit=7").window(of: HostName.self)
        #expect(window.after?.text == "host1" && window.limit == 7)
        let first = try Desk.request(.get, "/").window(of: HostName.self)
        #expect(first.after == nil && first.limit == 50)
        let problem = try #require(throws: Problem.self) {
            try Desk.request(.get, "/?cursor=x").window(of: HostName.self)
        }
        #expect(problem.detail == "'x' is not a cursor of this list: pass the value of 'next' unchanged")
    }
}
