import FleetModel
import HostAgent
import RelocateTesting
import Synchronization

/// What the echo server answers a line with: `TOKEN TOTAL COUNT LINE`.
struct EchoAnswer: Sendable, Hashable {
    /// Drawn at random when the process started: it lives in the process's memory only.
    var token: String
    /// How many lines the process has answered.
    var total: Int
    /// How many lines of this connection it has answered.
    var count: Int
    /// The line.
    var line: String

    init(_ text: String) throws {
        let parts = text.split(separator: " ", maxSplits: 3).map(String.init)
        guard parts.count == 4, let total = Int(parts[1]), let count = Int(parts[2]) else {
            throw ConnectionBroken(description: "not an answer of the echo server: '\(text)'")
        }
        self.token = parts[0]
        self.total = total
        self.count = count
        line = parts[3]
    }
}

/// A client that asks the echo server without a pause, always a few lines ahead of the answers, and checks each: the
/// same process, nothing lost, nothing twice, nothing out of order, and nobody else was answered by the process.
final class EchoClient: Sendable {
    let conversation: Conversation
    private let connection: Connection
    private let state: State

    private final class State: Sendable {
        let token = Mutex<String?>(nil)
    }

    private static let ahead = 8

    /// Connects, and begins.
    static func start(in namespace: NetworkNamespace, to address: IPv4Address, port: UInt16) async throws -> EchoClient
    {
        EchoClient(try await Connection.open(in: namespace, to: address, port: port))
    }

    private init(_ connection: Connection) {
        let state = State()
        self.state = state
        self.connection = connection
        conversation = Conversation { number in
            let news = number == 1 ? Array(1...Self.ahead) : [number + Self.ahead - 1]
            try connection.write(news.map { "line \($0)\n" }.joined())
            let answer = try EchoAnswer(try connection.readLine())
            let token = state.token.withLock { token in
                if token == nil { token = answer.token }
                return token
            }
            guard answer.line == "line \(number)", answer.count == number, answer.total == number, answer.token == token
            else {
                throw ConnectionBroken(description: "exchange \(number) of process \(token ?? "?") got \(answer)")
            }
        }
    }

    /// Which process answers; `nil` before its first answer.
    var token: String? { state.token.withLock { $0 } }

    /// Ends the conversation and closes the connection.
    func hangUp() async {
        connection.hangUp()  // Also ends a wait for an answer.
        await conversation.stop()
    }
}
