@testable import HTTP

/// A client's and a server's session with nothing but a test between them.
final class TLSPair {
    let client: TLSSession
    let server: TLSSession

    init(
        _ server: TLSServerConfiguration, _ client: TLSClientConfiguration, name: String = "localhost",
        protocols: [String] = [ApplicationProtocol.http1]
    ) throws {
        self.server = TLSSession(try TLSContext(server))
        self.client = TLSSession(try TLSContext(client, protocols: protocols), peerName: name)
    }

    /// What one side has received so far.
    struct Received: Equatable {
        var bytes: [UInt8] = []
        var hasEnded = false
    }

    /// Takes what a session has to say.
    static func output(of session: TLSSession, isLast: Bool = false) -> [UInt8] {
        var outbound = OutboundBuffer()
        session.seal(into: &outbound, upTo: .max, isLast: isLast)
        var bytes: [UInt8] = []
        while !outbound.isEmpty { bytes += outbound.take(upTo: 1 << 20) { Array($0) } }
        return bytes
    }

    /// Feeds a session in pieces of the lengths that `next` gives, and reads all there is after each.
    static func feed(_ bytes: [UInt8], to session: TLSSession, _ received: inout Received, next: () -> Int) {
        var rest = bytes[...]
        repeat {
            let piece = rest.prefix(max(1, next()))
            rest = rest.dropFirst(piece.count)
            session.feed(Array(piece))
            read(session, &received, room: max(1, next()))
        } while !rest.isEmpty
    }

    static func read(_ session: TLSSession, _ received: inout Received, room: Int) {
        while true {
            var buffer = [UInt8](repeating: 0, count: room)
            switch buffer.withUnsafeMutableBytes({ session.read(into: $0) }) {
            case .bytes(let count): received.bytes += buffer[..<count]
            case .ended:
                received.hasEnded = true
                return
            case .needsMore, .isPlain, .failed: return
            }
        }
    }

    /// Lets both talk until neither has anything to say.
    func talk(_ next: () -> Int = { 1 << 16 }) -> (client: Received, server: Received) {
        var (atClient, atServer) = (Received(), Received())
        _ = client.shakeHands()
        while true {
            let (fromClient, fromServer) = (Self.output(of: client), Self.output(of: server))
            if fromClient.isEmpty, fromServer.isEmpty { return (atClient, atServer) }
            if !fromClient.isEmpty { Self.feed(fromClient, to: server, &atServer, next: next) }
            if !fromServer.isEmpty { Self.feed(fromServer, to: client, &atClient, next: next) }
        }
    }
}
