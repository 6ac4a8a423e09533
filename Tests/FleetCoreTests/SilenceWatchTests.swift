import FleetModel
import RelocateTesting
import Testing

@testable import FleetCore

@Suite("Which hosts are silent")
struct SilenceWatchTests {
    @Test("a host is named once when it has been silent for too long, and again after it was heard")
    func once() throws {
        var watch = SilenceWatch()
        let host = try HostName("host1")
        watch.hear(host, at: epoch)
        #expect(names(&watch, 10).isEmpty)
        #expect(names(&watch, 10.5) == ["host1"])
        #expect(names(&watch, 20).isEmpty)
        watch.hear(host, at: epoch.advanced(bySeconds: 21))
        #expect(names(&watch, 31).isEmpty)
        #expect(names(&watch, 31.5) == ["host1"])
    }

    @Test("it finds what a look at all hosts finds", arguments: 1...4 as ClosedRange<UInt64>)
    func all(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let hosts = try (0..<50).map { try HostName("host\($0)") }
        var watch = SilenceWatch()
        var heard: [HostName: Double] = [:]
        for tick in 0..<500 {
            let now = Double(tick)
            for host in hosts where Int.random(in: 0..<12, using: &generator) == 0 {
                watch.hear(host, at: epoch.advanced(bySeconds: now))
                heard[host] = now
            }
            let expected = heard.filter { now - $0.value > 10 }.keys.map(\.text).sorted()
            for host in expected { heard[try HostName(host)] = nil }
            #expect(names(&watch, now) == expected)
        }
    }

    private func names(_ watch: inout SilenceWatch, _ seconds: Double) -> [String] {
        watch.silent(forSeconds: 10, at: epoch.advanced(bySeconds: seconds)).map(\.host.text).sorted()
    }
}
