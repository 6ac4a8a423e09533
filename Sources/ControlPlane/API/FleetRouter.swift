import HTTP
import HTTPTypes

/// A router whose handlers may throw the control plane's own errors, and which keeps web pages of others away.
struct FleetRouter {
    /// What was put together.
    private(set) var router = Router()
    private let browsers: BrowserGuard

    /// A router without routes.
    /// - Parameter publicOrigins: where proxies serve the dashboard.
    init(publicOrigins: [WebOrigin] = []) { browsers = BrowserGuard(publicOrigins: Set(publicOrigins)) }

    /// Adds a route.
    mutating func on(_ method: HTTPRequest.Method, _ pattern: String, _ handler: @escaping Router.Handler) {
        let changes = method != .get && method != .head
        let browsers = browsers
        router.on(method, pattern) { request in
            do {
                if changes { try browsers.check(request) }
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
