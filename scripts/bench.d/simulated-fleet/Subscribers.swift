import FleetModel
import HTTP
import Synchronization

/// Many who follow the event stream, and whether each of them heard of everything.
struct Subscribers: Sendable {
    let client: HTTPClient
    let count: Int
    let seconds: Int

    /// What they have seen.
    struct Result: Encodable, Sendable {
        var subscribers = 0
        /// How many events all of them got together.
        var deliveries = 0
        /// How often one was told to list again, or a number was left out.
        var resets = 0
        var gaps = 0
        /// How many streams could not be opened or broke off.
        var broken = 0
        /// From an event to its delivery, of some of them.
        var lag = Percentiles()
    }

    private struct Seen {
        var result = Result()
        var milliseconds: [Double] = []
    }

    /// What all of them share.
    private final class Tally: Sendable { let seen = Mutex(Seen()) }

    private struct Event: Decodable { var at: Timestamp }

    private static let sample = 50

    init(_ options: Options) throws {
        count = try options.number("count", 1...100_000)
        seconds = try options.number("seconds", 1...86_400)
        var configuration = HTTPClient.Configuration()
        configuration.maxIdleConnections = 0
        client = try HTTPClient(endpoint: try options.endpoint("operators"), configuration: configuration)
    }

    func run() async -> Result {
        let tally = Tally()
        await withDiscardingTaskGroup { group in
            for number in 0..<count { group.addTask { await follow(number, tally) } }
            // Cancelled only when the program ends.
            try? await Task.sleep(for: .seconds(seconds))
            group.cancelAll()
        }
        return tally.seen.withLock { seen in
            seen.result.subscribers = count
            seen.result.lag = Percentiles(seen.milliseconds)
            return seen.result
        }
    }

    private func follow(_ number: Int, _ tally: Tally) async {
        var last: Int64?
        var own = Seen()
        do {
            for try await event in try await client.events("/v1/events") {
                if event.event == "reset" { own.result.resets += 1 }
                guard let data = event.data, let sequence = event.id.flatMap({ Int64($0) }) else { continue }
                if event.event != "reset" {
                    own.result.deliveries += 1
                    if let last, sequence != last + 1 { own.result.gaps += 1 }
                    if number % Self.sample == 0, sequence % 10 == 0 {
                        let at = try FleetJSON.decode(Event.self, from: Array(data.utf8)).at
                        own.milliseconds.append(Timestamp.now.seconds(since: at) * 1000)
                    }
                }
                last = sequence
            }
            own.result.broken += 1
        } catch {
            if !Task.isCancelled { own.result.broken += 1 }
        }
        tally.seen.withLock { [own] seen in
            seen.result.deliveries += own.result.deliveries
            seen.result.resets += own.result.resets
            seen.result.gaps += own.result.gaps
            seen.result.broken += own.result.broken
            seen.milliseconds += own.milliseconds
        }
    }
}
