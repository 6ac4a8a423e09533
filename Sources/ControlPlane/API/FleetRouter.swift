import HTTP
import HTTPTypes

/// A router whose handlers may throw the control plane's own errors, and which keeps web pages of others away.
struct FleetRouter {
    /// What was put together.
    private(set) var router = Router()

    /// Adds a route.
    mutating func on(_ method: HTTPRequest.Method, _ pattern: String, _ handler: @escaping Router.Handler) {
        let changes = method != .get && method != .head
        router.on(method, pattern) { request in
            do {
                if changes { try BrowserGuard.check(request) }
                return try await handler(request)
            } catch {
                throw Problem(error) ?? error
            }
        }
    }

    /// Serves files for all other paths.
    mutating func serve(_ files: StaticFiles) {
        router.fallback { try await files.respond(to: $0) }
    }
}

/// Refuses changes that a web page of another origin makes a browser send. Programs send no `Origin` and may pass.
private enum BrowserGuard {
    static func check(_ request: Request) throws {
        let fields = request.headerFields
        if let site = HTTPField.Name("Sec-Fetch-Site").flatMap({ fields[$0] }), site != "same-origin", site != "none" {
            throw refusal
        }
        guard let origin = fields[.origin] else { return }
        guard let host = HTTPField.Name("Host").flatMap({ fields[$0] }), origin.split(separator: "/").last == host[...]
        else { throw refusal }
    }

    private static var refusal: Problem {
        Problem(.forbidden, code: "foreignOrigin", detail: "a page of another origin may not change the fleet")
    }
}
