import FleetCore
import FleetLedger
import FleetModel
import HTTP
import MovingTarget
import Testing

@testable import ControlPlane
@testable import FleetAPI
@testable import ImageStore
@testable import Ledger

@Suite("Errors as answers")
struct ProblemTests {
    @Test("each error of the fleet has a status and a code that do not change, and its own words")
    func fleet() throws {
        let host = try HostName("host1")
        let failure = StepFailure(code: .runtimeFailed, message: "runc said no")
        let network = try IPv4Network("10.88.0.0/16")
        let table: [(FleetError, Int, String)] = [
            (.notFound(kind: "host", name: "x"), 404, "notFound"), (.exists(kind: "host", name: "x"), 409, "exists"),
            (.conflict("busy"), 409, "conflict"), (.invalid(field: "ports", detail: "no"), 422, "invalidField"),
            (.stale(current: "\"2\""), 412, "stale"), (.agent(host: host, failure), 502, "agentFailed"),
            (.hostLost(host), 403, "hostLost"), (.addressesExhausted(network), 503, "addressesExhausted"),
        ]
        for (error, status, code) in table {
            let problem = try #require(Problem(error))
            #expect(problem.status == status && problem.code == code, "\(error)")
            #expect(problem.detail == error.description && problem.type == "/problems/\(code)")
        }
    }

    @Test(
        "a wrong field is named with a pointer into the body",
        arguments: [
            ("ports", "/ports"), ("limits.memoryBytes", "/limits/memoryBytes"), ("a.b.c", "/a/b/c"),
        ])
    func pointers(field: String, pointer: String) throws {
        let problem = try #require(Problem(FleetError.invalid(field: field, detail: "no")))
        #expect(problem.errors == [Problem.FieldError(pointer: pointer, detail: "\(field): no")])
    }

    @Test("what keeps the ledger from being written is not the client's fault, and who may try again is told when")
    func ledger() throws {
        let table: [(LedgerError.Code, Int, String, String?)] = [
            (.invalidCursor, 400, "invalidParameter", nil), (.invalidLimit, 400, "invalidParameter", nil),
            (.diskFull, 503, "ledgerUnavailable", nil), (.readOnly, 503, "ledgerUnavailable", nil),
            (.inUse, 503, "ledgerInUse", "1"),
        ]
        for (code, status, name, retry) in table {
            let problem = try #require(Problem(LedgerError(code, "something")))
            #expect(problem.status == status && problem.code == name, "\(code)")
            #expect(problem.headerFields[.retryAfter] == retry)
            #expect(status != 503 || problem.detail?.hasPrefix("nothing was changed") == true)
        }
        for code in LedgerError.Code.allCases where !table.contains(where: { $0.0 == code }) {
            #expect(Problem(LedgerError(code, "something")) == nil, "\(code) is the server's own")
        }
    }

    @Test(
        "other errors: what the model or an image refuses is the client's, a problem stays one, the rest nobody foresaw"
    )
    func others() throws {
        #expect(Problem(ModelError.invalidName("X"))?.status == 422)
        let limit = Problem(ModelError.outOfRange(field: "limits.cpus", detail: "must be above 0"))
        #expect(limit?.errors?.first?.pointer == "/limits/cpus" && limit?.detail?.contains("must be above 0") == true)
        #expect(Problem(ImageError(.notAnImage, "no archive"))?.code == "invalidImage")
        let own = Problem(.forbidden, code: "foreignOrigin", detail: "no")
        #expect(Problem(own)?.code == "foreignOrigin" && Problem(own)?.status == 403)
        struct Unforeseen: Error {}
        #expect(Problem(Unforeseen()) == nil)
        var policy = Policy()
        policy.clock = .static
        policy.dwell = DwellBounds(maxSeconds: 200)
        let refusal = try #require(throws: PolicyRefusal.self) { try policy.check(moveSeconds: nil) }
        let problem = try #require(Problem(refusal))
        #expect(problem.status == 422 && problem.errors?.first?.pointer.hasPrefix("/") == true)
        #expect(problem.detail == "\(refusal)")
    }

    private struct Body: Decodable {
        struct Part: Decodable { var number: Int }

        var text: String?
        var number: Int?
        var share: Double?
        var flag: Bool?
        var list: [Int]?
        var part: Part?
        var port: UInt16?
    }

    @Test(
        "a body that could not be decoded: where, and what would be right",
        arguments: [
            (#"{"text":1}"#, "/text", "text: must be a string"),
            (#"{"number":"1"}"#, "/number", "number: must be a whole number"),
            (#"{"share":"1"}"#, "/share", "share: must be a number"),
            (#"{"flag":1}"#, "/flag", "flag: must be true or false"),
            (#"{"list":{}}"#, "/list", "list: must be a list"),
            (#"{"list":[1,"2"]}"#, "/list/1", "list.1: must be a whole number"),
            (#"{"part":1}"#, "/part", "part: must be an object"),
            (#"{"part":{}}"#, "/part/number", "part: the field 'number' is missing"),
            (#"{"part":{"number":null}}"#, "/part/number", "part.number: must be a whole number, is null"),
        ])
    func decoding(json: String, pointer: String, words: String) throws {
        let error = try #require(throws: DecodingError.self) { try FleetJSON.decode(Body.self, from: json.utf8) }
        let problem = Problem(decoding: error)
        #expect(problem.status == 422 && problem.code == "invalidField")
        #expect(problem.errors?.first?.pointer == pointer && problem.detail == words, "\(problem)")
    }

    @Test("what is no JSON is said to be none", arguments: ["{", "", "{\"text\":", "nonsense", "{\"text\":\"\u{1}\"}"])
    func noJSON(text: String) throws {
        let error = try #require(throws: DecodingError.self) { try FleetJSON.decode(Body.self, from: text.utf8) }
        let problem = Problem(decoding: error)
        #expect(problem.status == 400 && problem.code == "invalidJSON", "\(problem)")
        #expect(problem.detail?.hasPrefix("the body is not JSON: ") == true)
    }
}

@Suite("What a PATCH says of a field")
struct FieldChangeTests {
    private struct Body: Decodable {
        enum CodingKeys: String, CodingKey { case value }
        var value: FieldChange<Int>

        init(from decoder: any Decoder) throws {
            value = try decoder.container(keyedBy: CodingKeys.self).change(.value)
        }
    }

    @Test(
        "nothing keeps it, a value sets it, null empties it",
        arguments: [
            ("{}", 7), (#"{"value":3}"#, 3), (#"{"value":null}"#, nil),
        ] as [(String, Int?)])
    func apply(json: String, expected: Int?) throws {
        for before in [7, nil] as [Int?] {
            var field = before
            try FleetJSON.decode(Body.self, from: json.utf8).value.apply(to: &field)
            #expect(field == (json == "{}" ? before : expected))
        }
    }

    @Test("a value of another type is an error and not nothing")
    func wrong() {
        #expect(throws: DecodingError.self) { try FleetJSON.decode(Body.self, from: #"{"value":"3"}"#.utf8) }
    }
}

@Suite("Entity tags")
struct EntityTagTests {
    @Test("equal bytes have equal tags, others have others")
    func bytes() {
        let tags = ["", "a", "b", "ab"].map { EntityTag(of: Array($0.utf8)) }
        #expect(Set(tags).count == tags.count)
        #expect(EntityTag(of: Array("ab".utf8)) == tags[3])
        for tag in tags {
            #expect(tag.description.count == 18 && tag.description.hasPrefix("\"") && tag.description.hasSuffix("\""))
        }
    }

    @Test(
        "a list of tags names it, any or another",
        arguments: [
            ("\"4\"", true), ("*", true), ("\"3\", \"4\"", true), ("\"3\",\"4\",\"5\"", true), ("\"3\"", false),
            ("4", false),
            ("\"44\"", false), ("", false), (nil, false), ("W/\"4\"", false),
        ] as [(String?, Bool)])
    func lists(list: String?, isNamed: Bool) {
        #expect(EntityTag(version: 4).isAmong(list) == isNamed)
    }
}
