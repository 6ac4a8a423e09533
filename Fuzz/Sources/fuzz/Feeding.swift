@testable import HTTP

extension InboundBuffer {
    /// Takes bytes as from a socket.
    mutating func take(_ bytes: ArraySlice<UInt8>) {
        var rest = bytes
        while !rest.isEmpty {
            fill { space in
                let part = rest.prefix(space.count)
                space.copyBytes(from: part)
                rest = rest.dropFirst(part.count)
                return (part.count, ())
            }
        }
    }
}

/// Limits that short inputs reach, or the usual ones.
func limits(_ seed: UInt8) -> MessageLimits {
    var limits = MessageLimits()
    guard seed & 1 == 1 else { return limits }
    limits.startLineBytes = 40
    limits.headBytes = 200
    limits.fieldCount = 5
    limits.bodyBytes = 100
    limits.chunkExtensionBytes = 10
    limits.trailerBytes = 20
    return limits
}
