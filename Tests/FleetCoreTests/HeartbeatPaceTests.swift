import Testing

@testable import FleetCore

@Suite("How often hosts are heard")
struct HeartbeatPaceTests {
    @Test(
        "few as often as is wished, many as often as the control plane can hear them; each may miss one before it is missed",
        arguments: [
            (0, 1, 4), (1, 1, 4), (1000, 1, 4), (1500, 1.5, 5), (10_000, 10, 22), (100_000, 100, 202),
        ])
    func pace(hosts: Int, seconds: Double, silence: Double) {
        let pace = HeartbeatPace(shortestSeconds: 1, mostPerSecond: 1000)
        #expect(pace.seconds(among: hosts) == seconds)
        #expect(pace.silence(every: seconds) == silence)
        #expect(silence > 2 * seconds)
    }

    @Test("who beats faster than once in a second is not missed sooner than after three")
    func fast() {
        let pace = HeartbeatPace(shortestSeconds: 0.1, mostPerSecond: 1000)
        #expect(pace.seconds(among: 10) == 0.1 && pace.silence(every: 0.1) == 3)
    }
}
