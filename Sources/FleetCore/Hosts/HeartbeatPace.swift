/// How often hosts are heard. Each of them as often as is wished, as long as they are few; beyond that, all of them together
/// no more often than the control plane can hear them.
package struct HeartbeatPace: Sendable, Hashable {
    /// How often a host is heard where there are few, in seconds, above 0.
    package let shortestSeconds: Double
    /// How many signs of life there are in a second at most, above 0.
    package let mostPerSecond: Double

    /// A pace.
    package init(shortestSeconds: Double = 1, mostPerSecond: Double = 1000) {
        (self.shortestSeconds, self.mostPerSecond) = (shortestSeconds, mostPerSecond)
    }

    /// How often a host is to be heard that is one of so many, in seconds.
    package func seconds(among hosts: Int) -> Double { max(shortestSeconds, Double(hosts) / mostPerSecond) }

    /// After how long a silence a host counts as unreachable that was to be heard so often, in seconds: of few, three seconds
    /// or four signs of life, and of many, two of theirs more.
    package func silence(every seconds: Double) -> Double {
        max(3, 4 * shortestSeconds) + 2 * max(0, seconds - shortestSeconds)
    }
}
