import FleetModel
import Glibc

// The strategy: when a container moves, and where to
// ==================================================
//
// Everything here is pure. There is no clock, no I/O and no randomness of its own: the time and the generator of random
// numbers are passed in. So the very code that moves containers can be run in a simulation a million times over.
//
// - `RelocationClock` says when a container has been on its host for long enough.
// - `StartQueue` says which of the relocations that wait may start.
// - `Placement` says which hosts could take the container and draws one of them.
// - `AddressPool` draws the address that it gets there.

/// The clock of one policy: a container's stay ends when the probability that at least one attack has finished since
/// its arrival, 1 − e^(−λt), exceeds the threshold T (equations 3.1 and 3.2 of the paper, read as a deadline).
public struct RelocationClock: Sendable, Hashable {
    /// T and λ.
    public let parameters: DeadlineClock

    /// The clock with these parameters, which must be valid.
    public init(_ parameters: DeadlineClock) { self.parameters = parameters }

    /// When the stay of a container that arrived then is over: t* = −ln(1 − T)/λ later.
    public func deadline(arrivedAt arrival: Timestamp) -> Timestamp {
        arrival.advanced(bySeconds: parameters.dwellSeconds)
    }

    /// The probability 1 − e^(−λt) that an attack which began on arrival has finished, 0 before the arrival.
    public func risk(arrivedAt arrival: Timestamp, at now: Timestamp) -> Double {
        let stay = max(0, now.seconds(since: arrival))
        return -expm1(-parameters.attacksPerSecond * stay)
    }
}
