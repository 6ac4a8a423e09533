import FleetModel
import Logging
import RelocateTesting
import Synchronization
import Testing

@testable import ControlPlane

/// What was written, in order.
private final class Book: Sendable {
    private let lines = Mutex<[Int]>([])

    var written: [Int] { lines.withLock { $0 } }

    func write(_ line: Int) { lines.withLock { $0.append(line) } }
}

@Suite("The first value of an operation")
struct FirstValueTests {
    @Test("is given as soon as it is there, and none is none")
    func value() async {
        #expect(await firstValue(within: .seconds(600)) { 7 } == 7)
        #expect(await firstValue(within: .seconds(600)) { () -> Int? in nil } == nil)
    }

    @Test("one that does not come in time is none, and who would have given it is told to stop")
    func late() async {
        let (stream, continuation) = AsyncStream<Int>.makeStream()
        let ended = Book()
        continuation.onTermination = { _ in ended.write(1) }
        let value: Int? = await firstValue(within: .zero) {
            for await number in stream { return number }
            return nil
        }
        #expect(value == nil && ended.written == [1])
    }

    @Test("who is cancelled waits no longer")
    func cancelled() async {
        let (stream, continuation) = AsyncStream<Int>.makeStream()
        let waiting = Task {
            await firstValue(within: .seconds(600)) { () -> Int? in
                for await number in stream { return number }
                return nil
            }
        }
        waiting.cancel()
        #expect(await waiting.value == nil)
        continuation.finish()
    }
}

@Suite("What a move has to write down and does not wait for")
struct RecordsBehindTests {
    private let behind = RecordsBehind(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })

    @Test("is written in order, one after the other, and settled when all of it is")
    func order() async {
        let book = Book()
        for line in 1...50 { await behind.add { book.write(line) } }
        await behind.settle()
        #expect(book.written == Array(1...50))
        await behind.settle()
        await behind.add { book.write(51) }
        await behind.settle()
        #expect(book.written.last == 51)
    }

    @Test("nobody waits for it before he wants to")
    func background() async {
        let book = Book()
        let (gate, open) = AsyncStream<Void>.makeStream()
        await behind.add {
            for await _ in gate { break }
            book.write(1)
        }
        await behind.add { book.write(2) }
        #expect(book.written == [])
        open.yield()
        await behind.settle()
        #expect(book.written == [1, 2])
    }

    @Test("when the one who waits is cancelled, what is not written by then never is")
    func cancelled() async {
        let book = Book()
        let (gate, open) = AsyncStream<Void>.makeStream()
        let (begun, begin) = AsyncStream<Void>.makeStream()
        await behind.add {
            begin.yield()
            for await _ in gate { break }
            try Task.checkCancellation()
            book.write(1)
        }
        await behind.add { book.write(2) }
        for await _ in begun { break }
        let waiting = Task { [behind] in await behind.settle() }
        waiting.cancel()
        await waiting.value
        open.finish()
        #expect(book.written == [])
    }
}

@Suite("The clock's thread")
struct SchedulerTests {
    @Test("hands over what is due, once, and is woken by what becomes due earlier than was planned")
    func due() async throws {
        try await Desk.with(hosts: 1) { desk in
            let (stream, continuation) = AsyncStream<ContainerName>.makeStream()
            let scheduler = Scheduler(fleet: desk.fleet, logger: desk.logger) { continuation.yield($0) }
            let first = try await desk.add("first") { $0.deadlineAt = .now }
            scheduler.run()
            let follower = Task { await scheduler.follow() }
            var iterator = stream.makeAsyncIterator()
            #expect(await iterator.next() == first)
            let second = try await desk.add("second") { $0.deadlineAt = .now }
            #expect(await iterator.next() == second)
            #expect(scheduler.secondsSinceTick < 10)
            follower.cancel()
            await scheduler.stop()
            continuation.finish()
        }
    }

    @Test("a container that was alone stays where it is when its policy lets it; its stay begins anew")
    func alone() async throws {
        try await Desk.with { desk in
            try await desk.send(
                .put, "/v1/policies/default",
                #"{"placement":{"skipIfAlone":true},"clock":{"model":"periodic","seconds":60}}"#, [.ifMatch: "*"])
            let name = try await desk.add("shop") { $0.deadlineAt = .now }
            let before = try #require(desk.state.containers[name]?.deadlineAt)
            try await desk.relocator.clockIsUp(for: name)
            #expect(desk.state.relocations.isEmpty && desk.state.nextRelocation == 1)
            #expect(try #require(desk.state.containers[name]?.deadlineAt) > before)
            // Beside somebody it moves.
            try await desk.add("rival", of: "bravo")
            try await desk.relocator.clockIsUp(for: name)
            try await desk.until("it has moved") { $0.relocations.isEmpty && $0.nextRelocation == 2 }
            #expect(try desk.container("shop").host?.text != "host1")
        }
    }
}

@Suite("The control plane's certificate")
struct ServerCertificateTests {
    @Test("an authority of its own is made once; its file and fingerprint are what clients trust or pin")
    func own() async throws {
        try await TemporaryDirectory.with { directory in
            let source = ServerSecurity.Identity.ownAuthority(names: [.ip("127.0.0.1"), .dns("relocate.example")])
            let first = try #require(try ServerCertificate(source, stateDirectory: directory).authority)
            let second = try #require(try ServerCertificate(source, stateDirectory: directory).authority)
            #expect(first.file.hasPrefix(directory + "/tls/") && first.file == second.file)
            #expect(first.fingerprint == second.fingerprint)
            #expect(throws: Never.self) {
                _ = try ServerCertificate(source, stateDirectory: directory).context(clients: nil)
                _ = try ServerCertificate(source, stateDirectory: directory).context(clients: .file(first.file))
            }
        }
    }

    @Test("an operator's files are used as they are, and what is not there is said when a listener needs it")
    func files() async throws {
        try await TemporaryDirectory.with { directory in
            let source = ServerSecurity.Identity.files(certificate: directory + "/c.pem", key: directory + "/k.pem")
            let certificate = try ServerCertificate(source, stateDirectory: directory)
            #expect(certificate.authority == nil)
            #expect(throws: (any Error).self) { try certificate.context(clients: nil) }
        }
    }
}
