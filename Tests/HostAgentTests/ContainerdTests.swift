import Glibc
import HTTP
import HTTPTypes
import Logging
import RelocateTesting
import Synchronization
import Testing

@testable import HostAgent

@Suite("What is asked of containerd")
struct ContainerdTests {
    private typealias Answer = @Sendable (_ method: String, _ message: [UInt8]) throws -> Response

    private static func with(_ answer: @escaping Answer, _ body: (String) async throws -> Void) async throws {
        signal(SIGPIPE, SIG_IGN)
        try await TemporaryDirectory.with { directory in
            var router = Router()
            router.fallback { request in
                let content = try await request.body.collect(upTo: 1 << 16)
                #expect(request[.contentType] == "application/grpc")
                #expect(HTTPField.Name("containerd-namespace").flatMap { request[$0] } == "moby")
                return try answer(request.path, Array(content.dropFirst(5)))
            }
            let socket = directory + "/containerd.sock"
            let server = try HTTPServer(
                router: router, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            try server.start([.unix(path: socket)])
            do {
                try await body(socket)
            } catch {
                await server.shutdown(deadline: .milliseconds(100))
                throw error
            }
            await server.shutdown(deadline: .milliseconds(100))
        }
    }

    private static func fields(_ status: Int, _ message: String? = nil) -> HTTPFields {
        var fields: HTTPFields = [:]
        if let name = HTTPField.Name("grpc-status") { fields[name] = "\(status)" }
        if let message, let name = HTTPField.Name("grpc-message") { fields[name] = message }
        return fields
    }

    /// A refusal has no content, and its status stands in the head.
    private static func refusal(_ status: Int, _ message: String) -> Response {
        Response(headerFields: fields(status, message))
    }

    private static func success(_ message: [UInt8]) -> Response {
        Response(
            body: .stream(contentLength: nil) { writer in
                try writer.setTrailerFields(fields(0))
                try await writer.write([0, 0, 0, 0, UInt8(message.count)] + message)
            })
    }

    private static func task(_ process: Int, status: Int) -> Response {
        var answer = ProtobufWriter()
        answer.message(1) { task in
            task.integer(3, process)
            if status != 0 { task.integer(4, status) }
        }
        return success(answer.bytes)
    }

    @Test("a dump is asked for with the folder that it goes to, and whether the container ends by it")
    func dump() async throws {
        let asked = Mutex<[UInt8]>([])
        try await Self.with({ method, message in
            #expect(method == "/containerd.services.tasks.v1.Tasks/Checkpoint")
            asked.withLock { $0 = message }
            return Self.success([])
        }) { socket in
            try await Containerd(sockets: [socket]).dump("shop", into: "/dumps/1", logs: "/logs", exit: true)
        }
        let message = try ProtobufMessage(asked.withLock { $0 })
        #expect(message.text(1) == "shop")
        let any = try #require(try message.message(3))
        #expect(any.text(1) == "containerd.runc.v1.CheckpointOptions")
        let options = try #require(try any.message(2))
        #expect(options.flag(1) == true)
        #expect(options.text(8) == "/dumps/1")
        #expect(options.text(9) == "/logs")
    }

    @Test("a refusal is told in the words that came, in any language")
    func refused() async throws {
        try await Self.with({ _, _ in Self.refusal(2, "no room: 100%25 f%C3%BCll") }) { socket in
            let containerd = try Containerd(sockets: [socket])
            await #expect(throws: GRPCError.refused(GRPCStatus(rawValue: 2), message: "no room: 100% füll")) {
                try await containerd.dump("shop", into: "/dumps/1", logs: "/logs", exit: false)
            }
        }
    }

    @Test("how a container stands is waited for while its dump is under way")
    func waits() async throws {
        let times = Mutex(0)
        try await Self.with({ _, _ in
            let number = times.withLock { times in
                times += 1
                return times
            }
            if number == 1 { return Self.refusal(4, "context deadline exceeded") }
            return Self.task(17, status: number == 2 ? 0 : 2)
        }) { socket in
            let containerd = try Containerd(sockets: [socket])
            #expect(try await containerd.process(of: "shop") == 17)
        }
        #expect(times.withLock { $0 } == 3)
    }

    @Test("a container that has stopped, or is gone, has no process", arguments: [true, false])
    func ended(isGone: Bool) async throws {
        try await Self.with({ _, _ in isGone ? Self.refusal(5, "no such task") : Self.task(17, status: 3) }) { socket in
            let containerd = try Containerd(sockets: [socket])
            #expect(try await containerd.process(of: "shop") == nil)
        }
    }

    @Test("of several sockets the one that knows the container is asked, and those that are not there are passed over")
    func several() async throws {
        try await Self.with({ _, _ in Self.refusal(5, "no such task") }) { stranger in
            try await Self.with({ _, _ in Self.task(17, status: 2) }) { own in
                let containerd = try Containerd(sockets: ["/nonexistent/containerd.sock", stranger, own])
                #expect(try await containerd.process(of: "shop") == 17)
            }
        }
    }

    @Test("without any socket the error says where it was looked for, and how to name it")
    func absent() async throws {
        let containerd = try Containerd(sockets: ["/nonexistent/a.sock", "/nonexistent/b.sock"])
        await #expect {
            _ = try await containerd.version()
        } throws: { error in
            ["/nonexistent/a.sock or /nonexistent/b.sock", "--containerd"].allSatisfy { "\(error)".contains($0) }
        }
    }

    @Test(
        "an answer that no containerd gives is an error",
        arguments: [[], [0, 0, 0, 0, 9, 1], [1, 0, 0, 0, 0], [0, 0, 0, 0, 2, 0x0A, 0x7F]] as [[UInt8]])
    func nonsense(content: [UInt8]) async throws {
        try await Self.with({ _, _ in
            Response(
                body: .stream(contentLength: nil) { writer in
                    try writer.setTrailerFields(Self.fields(0))
                    if !content.isEmpty { try await writer.write(content) }
                })
        }) { socket in
            let containerd = try Containerd(sockets: [socket])
            await #expect {
                _ = try await containerd.version()
            } throws: { error in
                guard case .invalidAnswer? = error as? GRPCError else { return false }
                return true
            }
        }
    }
}
