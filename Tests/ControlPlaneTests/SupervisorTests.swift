import Synchronization
import Testing

@testable import ControlPlane

@Suite("The supervisor")
struct SupervisorTests {
    @Test("waits for the end of what it has cancelled")
    func waits() async {
        let supervisor = Supervisor()
        let ended = Mutex(0)
        let (begun, begin) = AsyncStream.makeStream(of: Void.self)
        for _ in 0..<10 {
            supervisor.run {
                begin.yield()
                await untilCancelled()
                // What is left to do when somebody is cancelled takes a moment.
                for _ in 0..<100 { await Task.yield() }
                ended.withLock { $0 += 1 }
            }
        }
        var count = 0
        for await _ in begun {
            count += 1
            if count == 10 { break }
        }
        await supervisor.stop()
        #expect(ended.withLock { $0 } == 10)
    }

    @Test("begins nothing after it has stopped")
    func beginsNothing() async {
        let supervisor = Supervisor()
        await supervisor.stop()
        supervisor.run { Issue.record("it has begun") }
        await supervisor.stop()
    }

    @Test("cancels what it owns when nobody owns it any more")
    func forgotten() async {
        let (ended, end) = AsyncStream.makeStream(of: Never.self)
        do {
            let supervisor = Supervisor()
            let (begun, begin) = AsyncStream.makeStream(of: Never.self)
            supervisor.run {
                begin.finish()
                await untilCancelled()
                end.finish()
            }
            for await _ in begun {}
            _ = supervisor
        }
        for await _ in ended {}
    }
}

private func untilCancelled() async {
    let (stream, _) = AsyncStream.makeStream(of: Never.self)
    for await _ in stream {}
}
