import DockerEngine
import HTTP
import RelocateTesting
import Testing

@Suite("Events")
struct EventTests {
    private let first =
        #"{"status":"start","id":"a","Type":"container","Action":"start","Actor":{"ID":"a","Attributes":"#
        + #"{"name":"web","image":"web:1"}},"scope":"local","time":1,"timeNano":1000000001}"#
    private let second = #"{"Type":"daemon","Action":"reload","time":2,"timeNano":2}"#

    @Test("events come one by one however the stream is cut, and filters are passed on")
    func events() async throws {
        let bytes = Array("\(first)\n\(second)\n".utf8)
        for size in [1, 7, 100, 10_000] {
            let pieces = stride(from: 0, to: bytes.count, by: size).map {
                Array(bytes[$0..<min($0 + size, bytes.count)])
            }
            try await FakeDaemon.with(.pieces(pieces)) { docker, daemon in
                var events: [DockerEvent] = []
                for try await event in try await docker.events(filters: ["type": ["container"]], since: "5") {
                    events.append(event)
                }
                #expect(events.map(\.action) == ["start", "reload"])
                #expect(events[0].kind == "container" && events[0].id == "a" && events[0].name == "web")
                #expect(events[0].attributes["image"] == "web:1")
                #expect(events[0].nanoseconds == 1_000_000_001)
                #expect(daemon.asked[0].query["filters"] == #"{"type":["container"]}"#)
                #expect(daemon.asked[0].query["since"] == "5")
            }
        }
    }

    @Test("a silent stream is waited for, until its reader is cancelled")
    func silence() async throws {
        try await FakeDaemon.with({ [second] _ in
            Response(
                body: .stream(contentLength: nil) { writer in
                    try await writer.write(Array((second + "\n").utf8))
                    try await Task.sleep(for: .seconds(600))
                })
        }) { docker, _ in
            let seen = Counter()
            let task = Task {
                await dockerError {
                    for try await _ in try await docker.events() { _ = seen.next() }
                }
            }
            try await eventually("an event was seen") { seen.value == 1 }
            task.cancel()
            #expect(await task.value == .cancelled)
        }
    }

    @Test("an event that is cut off is an error, after those before it")
    func cut() async throws {
        try await FakeDaemon.with(.pieces([Array("\(second)\n\(first.prefix(50))".utf8)])) { docker, _ in
            let events = Counter()
            let error = await dockerError {
                for try await _ in try await docker.events() { _ = events.next() }
            }
            #expect(events.value == 1)
            guard case .invalidAnswer = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
    }
}
