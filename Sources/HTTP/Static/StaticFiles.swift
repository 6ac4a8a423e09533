import CLinux
import Glibc
import HTTPTypes

/// Serves the files of a directory.
///
/// A path cannot leave the directory: dots and encoded slashes are refused before it comes here, and the kernel opens the
/// file below the directory and through no symbolic link (openat2(2) with RESOLVE_BENEATH and RESOLVE_NO_SYMLINKS).
/// A directory is answered with its `index.html`. Names that begin with a dot are not served.
///
/// Where a compressed copy lies beside a file (`app.js.br`, `.zst`, `.gz`), no older than the file, it is sent to clients
/// that prefer it. One range is answered with a part; several are answered with the whole file, as RFC 9110 section 14.2
/// allows.
public struct StaticFiles: Sendable {
    /// Keeps the directory open.
    private final class Root: Sendable {
        let descriptor: Int32

        init(_ path: String) throws {
            descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            guard descriptor >= 0 else { throw HTTPError.system("opening the directory \(path)") }
        }

        deinit {
            close(descriptor)
        }
    }

    private static let streamedAbove = 256 * 1024
    private static let allow = "GET, HEAD, OPTIONS"

    private let root: Root
    private let headerFields: HTTPFields

    /// The fields that keep a page to its own resources. `headerFields` of the initializer adds to them or replaces them.
    public static var securityHeaderFields: HTTPFields {
        var fields: HTTPFields = [
            .contentSecurityPolicy:
                "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
            .xContentTypeOptions: "nosniff",
        ]
        if let name = HTTPField.Name("Referrer-Policy") { fields[name] = "no-referrer" }
        return fields
    }

    /// Serves this directory. Throws `HTTPError` if it cannot be opened.
    public init(root: String, headerFields: HTTPFields = [:]) throws {
        self.root = try Root(root)
        var fields = Self.securityHeaderFields
        for field in headerFields { fields[field.name] = field.value }
        self.headerFields = fields
    }

    /// Answers GET, HEAD and OPTIONS for the request's path. Throws a `Problem` with the status 404, 405, 412 or 416.
    public func respond(to request: Request) async throws -> Response {
        guard let file = try open(request.path) else {
            throw problem(.notFound, "there is nothing at \(request.path)")
        }
        switch request.method {
        case .get, .head:
            return try respond(to: request, with: file)
        case .options:
            return Response(status: .noContent, headerFields: [.allow: Self.allow])
        default:
            throw problem(.methodNotAllowed, "\(request.path) knows the methods \(Self.allow)", [.allow: Self.allow])
        }
    }

    private func respond(to request: Request, with plain: StaticFile) throws -> Response {
        let (file, coding) = try variant(of: plain, for: request)
        var response = Response(headerFields: headerFields)
        response.headerFields[.eTag] = file.entityTag
        response.headerFields[.cacheControl] = "no-cache"
        response.headerFields[.vary] = "Accept-Encoding"
        response.headerFields[.lastModified] = HTTPDate.format(file.modified)
        let conditions = Preconditions(of: request, tag: file.entityTag, modified: file.modified, now: time(nil))
        switch conditions.outcome {
        case .proceed:
            break
        case .notModified:
            response.status = .notModified
            return response
        case .failed:
            throw problem(.preconditionFailed, "\(request.path) is not the version that the request is about")
        }
        response.headerFields[.contentType] = MediaType.of(path: plain.path)
        response.headerFields[.contentEncoding] = coding?.rawValue
        response.headerFields[.acceptRanges] = "bytes"
        var range = 0..<file.count
        if request.method == .get, let text = request[.range], conditions.allowsRange {
            switch ByteRange(text, count: file.count) {
            case .satisfiable(let bytes):
                range = bytes
                response.status = .partialContent
                response.headerFields[.contentRange] = "bytes \(bytes.lowerBound)-\(bytes.upperBound - 1)/\(file.count)"
            case .unsatisfiable:
                throw problem(
                    .rangeNotSatisfiable, "\(request.path) has \(file.count) bytes",
                    [.contentRange: "bytes */\(file.count)"])
            case .ignored:
                break
            }
        }
        response.body = try body(file, range, request.method)
        return response
    }

    private func body(_ file: StaticFile, _ range: Range<Int>, _ method: HTTPRequest.Method) throws -> ResponseBody {
        guard range.count <= Self.streamedAbove, method != .head else {
            return .stream(contentLength: range.count) { try await file.sender.send(range, to: $0) }
        }
        return .bytes(try file.read(range))
    }

    /// A problem that is as closed to pages of others as the files are.
    private func problem(_ status: HTTPResponse.Status, _ detail: String, _ fields: HTTPFields = [:]) -> Problem {
        var all = headerFields
        for field in fields { all[field.name] = field.value }
        return Problem(status: status, detail: detail, headerFields: all)
    }

    // MARK: - Finding

    private func open(_ path: String) throws -> StaticFile? {
        guard path.hasPrefix("/"), !path.utf8.contains(0) else { return nil }
        var segments = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        let isFolder = segments.last?.isEmpty ?? true
        if isFolder { segments = segments.dropLast() }
        guard segments.allSatisfy({ !$0.isEmpty && !$0.hasPrefix(".") }) else { return nil }
        let relative = segments.joined(separator: "/")
        if !isFolder, let file = try StaticFile(below: root.descriptor, relative) { return file }
        return try StaticFile(below: root.descriptor, relative.isEmpty ? "index.html" : relative + "/index.html")
    }

    /// The compressed copy that the client likes best, or the file itself.
    private func variant(of file: StaticFile, for request: Request) throws -> (StaticFile, ContentCoding?) {
        for coding in AcceptEncoding(request[.acceptEncoding]).preferred {
            // One that is older was made of another version of the file.
            if let copy = try StaticFile(below: root.descriptor, file.path + coding.suffix),
                copy.modified >= file.modified
            {
                return (copy, coding)
            }
        }
        return (file, nil)
    }
}
