import FleetModel
import Testing

@testable import ControlPlane

@Suite("Who hears of which event")
struct EventFeedTests {
    @Test("who waits for one container or move hears of that only")
    func subjects() async throws {
        let feed = EventFeed()
        let cache = try ContainerName("cache")
        var all = feed.watch().makeAsyncIterator()
        var one = feed.watch(.container(cache)).makeAsyncIterator()
        var move = feed.watch(.relocation(RelocationID(7))).makeAsyncIterator()
        var events: [FleetEvent] = []
        for number in 1...3000 {
            events.append(event(number, .containerRemoved(try ContainerName("other\(number)"))))
        }
        events.append(event(3001, .containerRemoved(cache)))
        // More than anybody may fall behind: those who wait for something else are not cut off by it.
        feed.publish(events)
        #expect(await one.next()?.event.sequence == 3001)
        feed.publish([event(3002, .relocation(try relocation(8))), event(3003, .relocation(try relocation(7)))])
        #expect(await move.next()?.event.sequence == 3003)
        #expect(await all.next()?.event.sequence == 1)
    }

    @Test("who looks after deadlines, or after the hosts, hears nothing of the steps of moves")
    func steps() async throws {
        let feed = EventFeed()
        var deadlines = feed.watch(.deadlines).makeAsyncIterator()
        var likeness = feed.watch(.likeness).makeAsyncIterator()
        var ended = try relocation(7)
        ended.state = .completed
        // More than anybody may fall behind.
        feed.publish(try (1...3000).map { event($0, .relocation(try relocation(7))) })
        feed.publish([event(3001, .relocation(ended)), event(3002, .hostForgotten(try HostName("host1")))])
        #expect(await deadlines.next()?.event.sequence == 3001)
        #expect(await likeness.next()?.event.sequence == 3002)
        feed.publish([event(3003, .scheduler(paused: false))])
        #expect(await deadlines.next()?.event.sequence == 3003)
    }

    @Test("everybody who follows the stream is sent the same bytes, which are made once")
    func once() async throws {
        let feed = EventFeed()
        var first = feed.watch().makeAsyncIterator()
        var second = feed.watch().makeAsyncIterator()
        feed.publish([event(1, .scheduler(paused: true))])
        let one = try #require(await first.next())
        let other = try #require(await second.next())
        #expect(one === other)
        #expect(try one.message() == other.message())
    }

    private func event(_ number: Int, _ change: FleetChange) -> FleetEvent {
        FleetEvent(sequence: Int64(number), at: Timestamp(milliseconds: 0), actor: "test", change: change)
    }

    private func relocation(_ number: Int64) throws -> Relocation {
        Relocation(
            id: RelocationID(number), container: try ContainerName("cache"), tenant: try TenantName("acme"),
            source: try HostName("host1"), destination: nil, trigger: .clock, actor: "clock", reason: nil,
            oldAddress: IPv4Address(number: 1), createdAt: Timestamp(milliseconds: 0))
    }
}
