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
        watch.hear(host, at: epoch, silentAfter: 10)
        #expect(names(&watch, 10).isEmpty)
        #expect(names(&watch, 10.5) == ["host1"])
        #expect(names(&watch, 20).isEmpty)
        watch.hear(host, at: epoch.advanced(bySeconds: 21), silentAfter: 10)
        #expect(names(&watch, 31).isEmpty)
        #expect(names(&watch, 31.5) == ["host1"])
    }

    @Test("who may be silent for less time than before is named then, and who may for more is not named before")
    func otherLimits() throws {
        var watch = SilenceWatch()
        let host = try HostName("host1")
        watch.hear(host, at: epoch, silentAfter: 20)
        watch.hear(host, at: epoch, silentAfter: 3)
        #expect(names(&watch, 3.5) == ["host1"])
        watch.hear(host, at: epoch, silentAfter: 3)
        watch.hear(host, at: epoch, silentAfter: 20)
        #expect(names(&watch, 3.5).isEmpty)
        #expect(names(&watch, 20.5) == ["host1"] && names(&watch, 60).isEmpty)
    }

    @Test("it finds what a look at all hosts finds", arguments: 1...4 as ClosedRange<UInt64>)
    func all(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let hosts = try (0..<50).map { try HostName("host\($0)") }
        var watch = SilenceWatch()
        var limits: [HostName: Double] = [:]
        for tick in 0..<500 {
            let now = Double(tick)
            for host in hosts where Int.random(in: 0..<12, using: &generator) == 0 {
                let seconds = Double.random(in: 0...20, using: &generator)
                watch.hear(host, at: epoch.advanced(bySeconds: now), silentAfter: seconds)
                limits[host] = epoch.advanced(bySeconds: now + seconds).seconds(since: epoch)
            }
            let expected = limits.filter { now > $0.value }.keys.map(\.text).sorted()
            for host in expected { limits[try HostName(host)] = nil }
            #expect(names(&watch, now) == expected)
        }
    }

    @Test("hosts that have yet to come after a start are named together, once, when that takes too long")
    func awaited() throws {
        var watch = SilenceWatch()
        let hosts = try ["host1", "host2"].map { try HostName($0) }
        watch.wait(for: Set(hosts), since: epoch, silentAfter: 10)
        #expect(names(&watch, 10).isEmpty && hosts.allSatisfy { watch.isAwaited($0) })
        #expect(!watch.isAwaited(try HostName("host3")))
        #expect(watch.silent(at: epoch.advanced(bySeconds: 10.5)).map(\.since) == [epoch, epoch])
        #expect(names(&watch, 60).isEmpty && !hosts.contains { watch.isAwaited($0) })
    }

    @Test("each that comes gives the others as much time again, and counts as any other from then on")
    func oneAfterTheOther() throws {
        var watch = SilenceWatch()
        let hosts = try (1...3).map { try HostName("host\($0)") }
        watch.wait(for: Set(hosts), since: epoch, silentAfter: 10)
        for (number, host) in hosts.dropLast().enumerated() {
            let now = 9.0 * Double(number + 1)
            watch.hear(host, at: epoch.advanced(bySeconds: now), silentAfter: 10)
            #expect(!watch.isAwaited(host) && watch.isAwaited(hosts[2]))
        }
        // That one who is there is heard again is nothing new.
        watch.hear(hosts[0], at: epoch.advanced(bySeconds: 27), silentAfter: 10)
        #expect(names(&watch, 28).isEmpty)
        #expect(names(&watch, 28.5) == ["host2", "host3"])
        #expect(names(&watch, 37.5) == ["host1"])
    }

    @Test("nobody is awaited for ever, however slowly the others come")
    func notForEver() throws {
        var watch = SilenceWatch()
        let dead = try HostName("dead")
        let others = try (1...100).map { try HostName("host\($0)") }
        watch.wait(for: Set(others + [dead]), since: epoch, silentAfter: 10)
        var named: Double?
        for (number, host) in others.enumerated() where named == nil {
            let now = 9.0 * Double(number + 1)
            watch.hear(host, at: epoch.advanced(bySeconds: now), silentAfter: 1000)
            if names(&watch, now).contains("dead") { named = now }
        }
        #expect(named == 108)
    }

    private func names(_ watch: inout SilenceWatch, _ seconds: Double) -> [String] {
        watch.silent(at: epoch.advanced(bySeconds: seconds)).map(\.host.text).sorted()
    }
}
