import Synchronization

/// Where the control plane's random numbers come from: the system's generator, which nobody can foresee. A test that wants to
/// know them beforehand gives generators of its own.
package struct Randomness: Sendable {
    /// A generator that is shared by all copies of it.
    package struct Source: RandomNumberGenerator, Sendable {
        private let draw: @Sendable () -> UInt64

        /// The numbers of a generator.
        package init(_ generator: some RandomNumberGenerator & Sendable) {
            let shared = Shared(generator)
            draw = { shared.next() }
        }

        /// The next number.
        package mutating func next() -> UInt64 { draw() }
    }

    private final class Shared<Generator: RandomNumberGenerator & Sendable>: Sendable {
        private let generator: Mutex<Generator>

        init(_ generator: Generator) { self.generator = Mutex(generator) }

        func next() -> UInt64 { generator.withLock { $0.next() } }
    }

    /// How long stays last.
    package let clock: Source
    /// Where containers go.
    package let placement: Source
    /// Which addresses they get.
    package let addresses: Source

    /// Sources of one's own.
    package init(clock: Source, placement: Source, addresses: Source) {
        self.clock = clock
        self.placement = placement
        self.addresses = addresses
    }

    /// The system's.
    package static let system = Randomness(
        clock: Source(SystemRandomNumberGenerator()), placement: Source(SystemRandomNumberGenerator()),
        addresses: Source(SystemRandomNumberGenerator()))
}
