import FleetModel
import Glibc

/// A JSON document that is given as a file, or on standard input.
enum InputFile {
    private static let largest = 1 << 20

    /// Reads an object.
    /// - Parameters:
    ///   - path: the file; `-` for standard input.
    ///   - example: what such a document is like.
    /// - Throws: `ClientError.badInput` when it cannot be read or holds something else.
    static func object(
        _ path: String, like example: String = "what 'relocate policy show --json' prints"
    ) throws -> [String: JSONValue] {
        let name = path == "-" ? "standard input" : "'\(path)'"
        let bytes = try bytes(path, name)
        guard case .object(let fields) = try? FleetJSON.decode(JSONValue.self, from: bytes) else {
            throw ClientError.badInput("\(name) is not a JSON object like \(example)")
        }
        return fields
    }

    private static func bytes(_ path: String, _ name: String) throws -> [UInt8] {
        let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ClientError.badInput("cannot read \(name): \(reason)") }
        defer { if descriptor != STDIN_FILENO { close(descriptor) } }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 64 << 10)
        while bytes.count <= largest {
            let count = read(descriptor, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw ClientError.badInput("cannot read \(name): \(reason)") }
            guard count > 0 else { return bytes }
            bytes += piece[..<count]
        }
        throw ClientError.badInput("\(name) is too large: more than \(Units.bytes(largest))")
    }

    private static var reason: String { String(cString: strerror(errno)) }
}
