import FleetModel
import Testing

@Suite("Policies")
struct PolicyTests {
    @Test("the defaults are valid and move a container after about five minutes")
    func defaults() throws {
        try Policy().validate()
        #expect(abs(Policy().clock.dwellSeconds - 300) < 1)
    }

    @Test("a clock made for a stay allows exactly that stay", arguments: [1, 16.7, 300, 86400])
    func dwell(seconds: Double) throws {
        for threshold in [0.001, 0.13, 0.5, 0.99] {
            let clock = DeadlineClock(threshold: threshold, dwellSeconds: seconds)
            #expect(abs(clock.dwellSeconds - seconds) < 1e-9 * seconds)
        }
    }

    @Test(
        "a clock that could not work is refused",
        arguments: [
            (0, 1), (1, 1), (-0.5, 1), (.nan, 1), (0.5, 0), (0.5, -1), (0.5, .infinity), (0.5, .nan), (0.5, 1),
            (0.5, 1e-300),
        ] as [(Double, Double)])
    func wrongClocks(threshold: Double, rate: Double) {
        let clock = DeadlineClock(threshold: threshold, attacksPerSecond: rate)
        #expect(throws: ModelError.self) { try clock.validate() }
    }

    @Test("limits outside their ranges are refused and name the field")
    func limits() throws {
        try RelocationLimits(concurrentInFleet: 1000, concurrentPerHost: 100, concurrentPerTenant: 1).validate()
        for (limits, field) in [
            (RelocationLimits(concurrentInFleet: 0), "limits.concurrentInFleet"),
            (RelocationLimits(concurrentInFleet: 1001), "limits.concurrentInFleet"),
            (RelocationLimits(concurrentPerHost: 0), "limits.concurrentPerHost"),
            (RelocationLimits(concurrentPerTenant: 101), "limits.concurrentPerTenant"),
        ] {
            let error = #expect(throws: ModelError.self) { try limits.validate() }
            #expect(error?.description.hasPrefix(field) == true)
        }
    }
}
