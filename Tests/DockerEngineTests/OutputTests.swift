import HTTP
import RelocateTesting
import Testing

@testable import DockerEngine

@Suite("Output of containers and commands")
struct OutputTests {
    private let stream =
        frame(1, Array("one\n".utf8)) + frame(2, Array("bad\n".utf8)) + frame(1, []) + frame(1, Array("two\n".utf8))

    private func daemon(_ pieces: [[UInt8]], hasTerminal: Bool = false) -> @Sendable (FakeDaemon.Question) -> Response {
        { question in
            if question.path.hasSuffix("/logs") { return .pieces(pieces) }
            let sample = try? Samples.container { $0["Config"]?["Tty"] = .bool(hasTerminal) }
            return .document(sample ?? .null)
        }
    }

    @Test("output and errors are told apart, and together are in the order in which they were written")
    func logs() async throws {
        try await FakeDaemon.with(daemon([stream])) { docker, daemon in
            let output = try await docker.logs("web", tail: 20)
            #expect(output.outputText == "one\ntwo\n")
            #expect(output.errorText == "bad\n")
            #expect(output.written == Array("one\nbad\ntwo\n".utf8))
            #expect(daemon.asked[1].query["tail"] == "20")
            #expect(daemon.asked[1].query["stdout"] == "1")
            #expect(daemon.asked[1].query["stderr"] == "1")
        }
    }

    @Test("the output of a terminal is passed on as it is")
    func terminal() async throws {
        try await FakeDaemon.with(daemon([[1, 0, 0], [0, 0]], hasTerminal: true)) { docker, _ in
            let output = try await docker.logs("web").output
            #expect(output == [1, 0, 0, 0, 0])
        }
    }

    @Test("however the stream is cut, the same comes of it")
    func splits() throws {
        var generator = SeededGenerator(seed: 41)
        for _ in 0..<500 {
            var stream: [UInt8] = []
            var expected = ContainerOutput()
            for _ in 0..<Int.random(in: 0..<12, using: &generator) {
                let content = (0..<Int.random(in: 0..<40, using: &generator)).map { _ in
                    UInt8.random(in: 0...3, using: &generator)
                }
                if Bool.random(using: &generator) {
                    stream += frame(1, content)
                    expected.append(content)
                } else {
                    stream += frame(2, content)
                    expected.append(content, toErrors: true)
                }
            }
            var frames = OutputFrames(limit: 10_000)
            var rest = stream[...]
            while !rest.isEmpty {
                let piece = rest.prefix(Int.random(in: 1...17, using: &generator))
                try frames.take(Array(piece))
                rest = rest.dropFirst(piece.count)
            }
            #expect(try frames.finish() == expected)
        }
    }

    @Test("any bytes at all are read or refused, and never more than allowed is kept")
    func anyBytes() {
        var generator = SeededGenerator(seed: 42)
        for _ in 0..<2000 {
            var frames = OutputFrames(limit: 64)
            let bytes = (0..<Int.random(in: 0..<200, using: &generator)).map { _ in
                UInt8.random(in: 0...(Bool.random(using: &generator) ? 3 : 255), using: &generator)
            }
            guard (try? frames.take(bytes)) != nil, let output = try? frames.finish() else { continue }
            #expect(output.written.count <= 64 && output.output.count + output.errors.count <= 64)
        }
    }

    @Test(
        "a stream that is none, is cut off or claims absurd lengths is an error",
        arguments: [
            [1, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF], [9, 0, 0, 0, 0, 0, 0, 1, 65], [1, 0, 7, 0, 0, 0, 0, 1, 65],
            [1, 0, 0, 0, 0, 0, 0, 5, 65], [1, 0, 0], Array("plain text".utf8),
        ] as [[UInt8]])
    func malformed(_ bytes: [UInt8]) async throws {
        try await FakeDaemon.with(daemon([bytes])) { docker, _ in
            let error = await dockerError { _ = try await docker.logs("web") }
            guard case .invalidAnswer = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
    }

    @Test("more output than allowed is an error, with and without a terminal", arguments: [false, true])
    func limit(_ hasTerminal: Bool) async throws {
        try await FakeDaemon.with(daemon([stream], hasTerminal: hasTerminal)) { docker, _ in
            let error = await dockerError { _ = try await docker.logs("web", limit: 10) }
            #expect(error == OutputFrames.tooMuch(10))
        }
    }

    @Test("what the daemon itself says against reading the log is an error")
    func systemError() async throws {
        try await FakeDaemon.with(daemon([stream + frame(3, Array("disk broken".utf8))])) { docker, _ in
            let error = await dockerError { _ = try await docker.logs("web") }
            #expect(error == .refused(status: 200, message: "disk broken"))
        }
    }

    @Test("a command brings its output and its exit code, even if the daemon learns of its end late")
    func execution() async throws {
        let asked = Counter()
        let stream = stream
        try await FakeDaemon.with({ question in
            switch question.path {
            case "/v1.41/containers/web/exec": return .document(["Id": "e1"], .created)
            case "/v1.41/exec/e1/start": return .pieces([stream])
            default:
                let isLate = asked.next() < 3
                return .document(["Running": .bool(isLate), "ExitCode": isLate ? .null : 7])
            }
        }) { docker, daemon in
            let result = try await docker.execute("web", ["/bin/sh", "-c", "exit 7"], environment: ["A=1"])
            #expect(result.exitCode == 7)
            #expect(result.output.outputText == "one\ntwo\n")
            #expect(result.output.errorText == "bad\n")
            #expect(daemon.asked[0].json["Cmd"] == ["/bin/sh", "-c", "exit 7"])
            #expect(daemon.asked[0].json["Env"] == ["A=1"])
            #expect(daemon.asked[1].json == ["Detach": false, "Tty": false])
        }
    }
}
