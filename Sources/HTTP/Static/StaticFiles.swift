import CLinux
import Glibc
import HTTPTypes
import Synchronization

/// Serves the files of a directory.
///
/// A path cannot leave the directory: dots and encoded slashes are refused before it comes here, and the kernel opens the
/// file below the directory and through no symbolic link (openat2(2) with RESOLVE_BENEATH and RESOLVE_NO_SYMLINKS).
/// A directory is answered with its `index.html`. Names that begin with a dot are not served.
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

    /// Answers GET and HEAD for the request's path. Throws a `Problem` with the status 404, 405 or 416.
    public func respond(to request: Request) async throws -> Response {
        guard request.method == .get || request.method == .head else {
            throw Problem(status: .methodNotAllowed, headerFields: [.allow: "GET, HEAD"])
        }
        guard let file = try open(request.path) else {
            throw Problem(status: .notFound, detail: "there is no file \(request.path)")
        }
        return try respond(with: file, request)
    }

    private func respond(with file: StaticFile, _ request: Request) throws -> Response {
        var response = Response(headerFields: headerFields)
        response.headerFields[.eTag] = file.entityTag
        response.headerFields[.cacheControl] = "no-cache"
        response.headerFields[.lastModified] = DateHeader.format(file.modified)
        if let list = request[.ifNoneMatch], EntityTagList.matches(list, file.entityTag) {
            response.status = .notModified
            return response
        }
        response.headerFields[.contentType] = MediaType.of(path: file.path)
        response.headerFields[.acceptRanges] = "bytes"
        var range = 0..<file.count
        // A range belongs to one version of a file; without a matching If-Range the whole is sent (RFC 9110 section 13.1.5).
        if request.method == .get, let text = request[.range], request[.ifRange].map({ $0 == file.entityTag }) ?? true {
            switch ByteRange(text, count: file.count) {
            case .satisfiable(let bytes):
                range = bytes
                response.status = .partialContent
                response.headerFields[.contentRange] = "bytes \(bytes.lowerBound)-\(bytes.upperBound - 1)/\(file.count)"
            case .unsatisfiable:
                throw Problem(status: .rangeNotSatisfiable, headerFields: [.contentRange: "bytes */\(file.count)"])
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
        var bytes: [UInt8] = []
        while bytes.count < range.count {
            bytes += try file.sender.read(at: range.lowerBound + bytes.count, count: range.count - bytes.count)
        }
        return .bytes(bytes)
    }

    private func open(_ path: String) throws -> StaticFile? {
        let segments = path.split(separator: "/")
        guard path.hasPrefix("/"), !path.utf8.contains(0), !segments.contains(where: { $0.hasPrefix(".") }) else {
            return nil
        }
        let relative = segments.joined(separator: "/")
        if !path.hasSuffix("/"), let file = try StaticFile(below: root.descriptor, relative) { return file }
        return try StaticFile(below: root.descriptor, relative.isEmpty ? "index.html" : relative + "/index.html")
    }
}

/// An open file of a `StaticFiles` directory.
final class StaticFile: Sendable {
    let path: String
    let entityTag: String
    /// Seconds since 1970.
    let modified: Int
    let sender: FileSender

    var count: Int { sender.count }

    /// Nil if there is no regular file of that name.
    init?(below directory: Int32, _ path: String) throws {
        let descriptor = linux_open_beneath(directory, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            switch errno {
            case ENOENT, ENOTDIR, ELOOP, EXDEV, EACCES, ENAMETOOLONG, EINVAL, ENXIO: return nil
            default: throw HTTPError.system("opening a file")
            }
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            return nil
        }
        self.path = path
        let time = status.st_mtim
        let parts = [Int(time.tv_sec), Int(time.tv_nsec), Int(status.st_size), Int(status.st_ino)]
        entityTag = "\"" + parts.map { String($0, radix: 36) }.joined(separator: "-") + "\""
        modified = Int(time.tv_sec)
        sender = FileSender(descriptor: descriptor, count: Int(status.st_size))
    }

    deinit {
        sender.close()
    }
}
