import FleetModel
import HTTP
import HTTPTypes

/// Calls of gRPC services that have one message each way, over HTTP/2 on a Unix socket.
///
/// A message goes behind a byte that says whether it is compressed and a length of four; how the call ended stands in the
/// fields `grpc-status` and `grpc-message` behind it. See the protocol's document "gRPC over HTTP2".
struct GRPCClient: Sendable {
    /// The most bytes that an answer may have.
    private static let answerLimit = 1 << 20

    /// The Unix socket.
    let socket: String
    private let client: HTTPClient

    /// A client of a server, which connects with the first call.
    /// - Parameters:
    ///   - socket: the Unix socket.
    ///   - metadata: fields that go with every call.
    init(socket: String, metadata: HTTPFields) throws(StepFailure) {
        self.socket = socket
        var configuration = HTTPClient.Configuration()
        configuration.version = .http2
        configuration.headerFields = metadata
        configuration.headerFields[.contentType] = "application/grpc"
        // Servers of gRPC close connections of clients that ask often whether they are there.
        configuration.http2.pingInterval = .seconds(600)
        do {
            client = try HTTPClient(endpoint: .unix(path: socket), configuration: configuration)
        } catch {
            throw StepFailure(code: .runtimeFailed, message: "cannot open sockets", toolMessage: "\(error)")
        }
    }

    /// Calls a method and returns the answer's message.
    /// - Parameter timeout: how long it may take; the server is not told, and goes on when it is over.
    func call(
        _ method: String, _ message: [UInt8], within timeout: Duration
    ) async throws(GRPCError) -> ProtobufMessage {
        do {
            let response = try await client.send(
                .post, method, body: .bytes(Self.framed(message)), timeout: timeout)
            guard response.status == .ok else {
                throw GRPCError.invalidAnswer("its HTTP status is \(response.status.code)")
            }
            let content = try await response.collect(upTo: Self.answerLimit)
            // An answer without a message has no trailers either: the status stands in its head.
            let fields = response.headerFields[.grpcStatus] == nil ? response.body.trailerFields : response.headerFields
            guard let status = fields[.grpcStatus].flatMap({ Int($0) }) else {
                throw GRPCError.invalidAnswer("it has no grpc-status")
            }
            guard status == 0 else {
                throw GRPCError.refused(
                    GRPCStatus(rawValue: status), message: Self.decoded(fields[.grpcMessage] ?? ""))
            }
            return try Self.message(in: content)
        } catch let error as GRPCError {
            throw error
        } catch {
            throw .unreachable("\(error)")
        }
    }

    private static func framed(_ message: [UInt8]) -> [UInt8] {
        let length = UInt32(message.count)
        return [0] + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> $0) } + message
    }

    private static func message(in content: [UInt8]) throws(GRPCError) -> ProtobufMessage {
        guard content.count >= 5, content[0] == 0 else { throw .invalidAnswer("it is no uncompressed message") }
        let length = content[1..<5].reduce(0) { $0 << 8 | Int($1) }
        guard length == content.count - 5 else { throw .invalidAnswer("its message is not as long as it says") }
        guard let message = try? ProtobufMessage(Array(content[5...])) else {
            throw .invalidAnswer("its message is malformed")
        }
        return message
    }

    /// A `grpc-message`, in which bytes that are not printable ASCII are percent-encoded.
    static func decoded(_ text: String) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(code)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// How a call ended that the server answered: the codes of gRPC.
struct GRPCStatus: RawRepresentable, Sendable, Hashable {
    let rawValue: Int

    static let deadlineExceeded = GRPCStatus(rawValue: 4)
    static let notFound = GRPCStatus(rawValue: 5)
}

/// Why a call has no answer.
enum GRPCError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Nobody listens, or the connection broke, or the answer did not come in time. What was asked for may go on.
    case unreachable(String)
    /// The server said no.
    case refused(GRPCStatus, message: String)
    /// What came is no answer of a gRPC server.
    case invalidAnswer(String)

    var description: String {
        switch self {
        case .unreachable(let reason): reason
        case .refused(let status, let message): "\(message) (gRPC status \(status.rawValue))"
        case .invalidAnswer(let reason): "the answer cannot be used: \(reason)"
        }
    }
}

extension HTTPField.Name {
    fileprivate static let grpcStatus = field("grpc-status")
    fileprivate static let grpcMessage = field("grpc-message")
    /// Which of containerd's namespaces is meant.
    static let containerdNamespace = field("containerd-namespace")

    private static func field(_ name: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(name) else { preconditionFailure("'\(name)' is not a field name") }
        return name
    }
}
