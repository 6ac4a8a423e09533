import FleetModel
import HTTP
import HTTPTypes
import Synchronization

/// Asks for moves as an operator does, so many at once, each as soon as one before it has ended.
struct Moves: Sendable {
    let client: HTTPClient
    let containers: Int
    let atOnce: Int
    let seconds: Int
    let first: Int

    /// What came of it.
    struct Result: Encodable, Sendable {
        /// How many ended in which state, while it was measured.
        var ended: [String: Int] = [:]
        /// How many were refused, by status.
        var refused: [String: Int] = [:]
        /// The requests that failed in another way.
        var failures = 0
        var seconds = 0.0
        var moves = Percentiles()
        /// The number to begin with the next time.
        var next = 0
    }

    private struct Seen {
        var result = Result()
        var milliseconds: [Double] = []
    }

    /// What all who ask share.
    private final class Tally: Sendable {
        let seen = Mutex(Seen())
        let next: Atomic<Int>

        init(first: Int) { next = Atomic(first) }
    }

    private struct Answer: Decodable { var state: RelocationState }

    init(_ options: Options) throws {
        containers = try options.number("containers", 1...4_000_000)
        atOnce = try options.number("at-once", 1...10_000)
        seconds = try options.number("seconds", 1...86_400)
        first = try options.number("first", 0...Int.max)
        var configuration = HTTPClient.Configuration()
        configuration.maxIdleConnections = atOnce
        client = try HTTPClient(endpoint: try options.endpoint("operators"), configuration: configuration)
    }

    func run() async -> Result {
        let clock = ContinuousClock()
        let start = clock.now
        let end = start + .seconds(seconds)
        let tally = Tally(first: first)
        await withDiscardingTaskGroup { group in
            for _ in 0..<atOnce {
                group.addTask {
                    while clock.now < end, !Task.isCancelled {
                        await move(tally.next.wrappingAdd(1, ordering: .relaxed).oldValue, until: end, tally)
                    }
                }
            }
            // Cancelled only when the program ends.
            try? await clock.sleep(until: end)
            group.cancelAll()
        }
        return tally.seen.withLock { seen in
            seen.result.seconds = (end - start) / .seconds(1)
            seen.result.next = tally.next.load(ordering: .relaxed)
            seen.result.moves = Percentiles(seen.milliseconds)
            return seen.result
        }
    }

    /// The next container in an order in which no host or tenant comes often.
    private func move(_ number: Int, until end: ContinuousClock.Instant, _ tally: Tally) async {
        let clock = ContinuousClock()
        let begin = clock.now
        do {
            let container = "c" + String(String(10_000_000 + (number &* 7919) % containers).dropFirst())
            let response = try await client.send(
                .post, "/v1/containers/\(container)/relocate?wait=60",
                headerFields: [.contentType: "application/json"], body: .bytes(Array("{}".utf8)),
                timeout: .seconds(70))
            let bytes = try await response.collect(upTo: 1 << 20)
            let status = response.status.code
            let state = try status == 202 ? FleetJSON.decode(Answer.self, from: bytes).state : nil
            let now = clock.now
            tally.seen.withLock { seen in
                guard now < end else { return }
                if let state {
                    seen.result.ended[state.rawValue, default: 0] += 1
                    seen.milliseconds.append((now - begin) / .milliseconds(1))
                } else {
                    seen.result.refused["\(status)", default: 0] += 1
                }
            }
            if status != 202 {
                if tally.seen.withLock({ $0.result.refused.values.reduce(0, +) }) <= 3 {
                    complain(String(decoding: bytes, as: UTF8.self))
                }
                // Cancelled is noticed by the caller.
                try? await Task.sleep(for: .milliseconds(100))
            }
        } catch {
            guard !Task.isCancelled else { return }
            tally.seen.withLock { $0.result.failures += 1 }
            // The same.
            try? await Task.sleep(for: .milliseconds(100))
        }
    }
}
