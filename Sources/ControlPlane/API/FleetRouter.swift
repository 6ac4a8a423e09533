import HTTP
import HTTPTypes

/// A router whose handlers may throw the control plane's own errors, and which keeps web pages of others away. Who only reads
/// does so on threads of his own, a few at a time.
struct FleetRouter {
    /// What was put together.
    private(set) var router = Router()
    private let browsers: BrowserGuard
    private let reads: Gate
    private let readers = ReadExecutor()

    /// Where a handler runs.
    enum Place {
        /// On threads of its own, when it only reads what there is: that may be much.
        case byMethod
        /// At once, on the threads that moves use, whatever else there is to do.
        case atOnce
    }

    /// A router without routes.
    /// - Parameters:
    ///   - publicOrigins: where proxies serve the dashboard.
    ///   - reads: how many may read at the same time, and how many may wait for that.
    init(
        publicOrigins: [WebOrigin] = [], reads: Gate = Gate(for: "requests to read", width: 64, mostWaiting: 1000)
    ) {
        browsers = BrowserGuard(publicOrigins: Set(publicOrigins))
        self.reads = reads
    }

    /// Adds a route.
    mutating func on(
        _ method: HTTPRequest.Method, _ pattern: String, _ place: Place = .byMethod,
        _ handler: @escaping Router.Handler
    ) {
        let changes = method != .get && method != .head
        let isRead = !changes && place == .byMethod
        let (browsers, reads, readers) = (browsers, reads, readers)
        router.on(method, pattern) { request in
            do {
                if changes { try browsers.check(request) }
                guard isRead else { return try await handler(request) }
                return try await reads.pass {
                    try await withTaskExecutorPreference(readers) { try await handler(request) }
                }
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
