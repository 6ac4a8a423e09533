import HTTPTypes
import Testing

@testable import HTTP

@Suite("Router")
struct RouterTests {
    private func body(_ response: Response) -> String {
        if case .bytes(let bytes) = response.body { String(decoding: bytes, as: UTF8.self) } else { "" }
    }

    private func router() -> Router {
        var router = Router()
        router.on(.get, "/hosts") { _ in .text("list") }
        router.on(.get, "/hosts/{host}") { .text("host \($0.parameters["host"] ?? "-")") }
        router.on(.get, "/hosts/local") { _ in .text("local") }
        router.on(.post, "/hosts/{name}/drain") { .text("drain \($0.parameters["name"] ?? "-")") }
        router.on(.get, "/fail") { _ in throw HTTPError(.system, "secret") }
        router.on(.get, "/problem") { _ in throw Problem(status: .conflict, detail: "taken", code: "policyConflict") }
        router.on(.post, "/large") { .json(try await $0.body.collect(upTo: 3)) }
        return router
    }

    @Test("a literal segment beats a parameter")
    func literals() async {
        #expect(body(await router().respond(to: Request(method: .get, path: "/hosts/local"))) == "local")
        #expect(body(await router().respond(to: Request(method: .get, path: "/hosts/h1"))) == "host h1")
        #expect(body(await router().respond(to: Request(method: .get, path: "/hosts"))) == "list")
    }

    @Test("a parameter has the name its own route gave it, also below a literal that leads nowhere")
    func names() async {
        #expect(body(await router().respond(to: Request(method: .post, path: "/hosts/h1/drain"))) == "drain h1")
        #expect(body(await router().respond(to: Request(method: .post, path: "/hosts/local/drain"))) == "drain local")
    }

    @Test("an unknown path is a problem with status 404", arguments: ["/", "/hosts/", "/hosts//drain", "/nothing"])
    func notFound(_ path: String) async {
        let response = await router().respond(to: Request(method: .get, path: path))
        #expect(response.status == .notFound)
        #expect(response.headerFields[.contentType] == "application/problem+json")
    }

    @Test("a known path with another method is 405 with Allow")
    func methodNotAllowed() async {
        let response = await router().respond(to: Request(method: .delete, path: "/hosts"))
        #expect(response.status == .methodNotAllowed)
        #expect(response.headerFields[.allow] == "GET, HEAD, OPTIONS")
    }

    @Test("HEAD uses the route of GET, and OPTIONS lists the methods")
    func automatic() async {
        #expect(await router().respond(to: Request(method: .head, path: "/hosts")).status == .ok)
        let options = await router().respond(to: Request(method: .options, path: "/hosts/h1/drain"))
        #expect(options.status == .noContent)
        #expect(options.headerFields[.allow] == "OPTIONS, POST")
        #expect(await router().respond(to: Request(method: .options, path: "*")).status == .noContent)
    }

    @Test("a thrown problem is the response; any other error tells the client nothing but the request's id")
    func errors() async {
        let conflict = await router().respond(to: Request(method: .get, path: "/problem"))
        #expect(conflict.status == .conflict)
        #expect(body(conflict).contains(#""code":"policyConflict""#))
        #expect(body(conflict).contains(#""type":"/problems/policyConflict""#))
        let failed = await router().respond(
            to: Request(method: .get, path: "/fail", headerFields: [Self.requestID: "r1"]))
        #expect(failed.status == .internalServerError)
        #expect(!body(failed).contains("secret"))
        #expect(body(failed).contains(#""instance":"r1""#))
    }

    private static let requestID = HTTPField.Name("X-Request-ID") ?? .accept

    @Test("content above the limit of its handler is 413")
    func tooLarge() async {
        let small = Request(method: .post, path: "/large", body: RequestBody([1, 2, 3]))
        #expect(await router().respond(to: small).status == .ok)
        let large = Request(method: .post, path: "/large", body: RequestBody([1, 2, 3, 4]))
        #expect(await router().respond(to: large).status == .contentTooLarge)
    }

    @Test("the routes are told in the order in which they were added")
    func descriptions() {
        #expect(router().routes.first == Router.RouteDescription(method: .get, pattern: "/hosts"))
        #expect(router().routes.count == 7)
    }

    @Test("the fallback answers unknown paths, whatever the method, and no known one")
    func fallback() async {
        var router = router()
        router.fallback { _ in .text("file") }
        #expect(body(await router.respond(to: Request(method: .get, path: "/index.html"))) == "file")
        #expect(body(await router.respond(to: Request(method: .post, path: "/index.html"))) == "file")
        #expect(await router.respond(to: Request(method: .delete, path: "/hosts")).status == .methodNotAllowed)
    }
}
