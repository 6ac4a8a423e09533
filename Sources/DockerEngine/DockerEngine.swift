import HTTP

/// A Docker daemon, spoken to over its Unix socket.
///
/// ```swift
/// let docker = try DockerEngine(socket: "/var/run/docker.sock")
/// let id = try await docker.create(name: "web", body: ["Image": "web:1"]).id
/// try await docker.start(id)
/// ```
///
/// Every function has a time limit and throws `DockerError`. A function that ran out of time, or whose task was
/// cancelled, has only stopped waiting: the daemon may still do what it was asked to do.
public struct DockerEngine: Sendable {
    /// The version of the Engine API that is spoken unless another one is asked for, that of Docker 20.10.
    public static let apiVersion = "1.41"

    /// Where the daemon listens unless it is told otherwise.
    public static let standardSocket = "/var/run/docker.sock"

    /// The path of the daemon's socket.
    public let socket: String

    let wire: EngineWire

    /// A daemon at this socket. It is first spoken to by the first function called.
    /// - Parameters:
    ///   - socket: The path of the daemon's socket.
    ///   - apiVersion: The version of the Engine API to ask for; daemons of Docker 29 and later refuse 1.41.
    /// - Throws: `DockerError` with the case `unreachable` when this process cannot begin to use sockets.
    public init(
        socket: String = Self.standardSocket, apiVersion: String = Self.apiVersion
    ) throws(DockerError) {
        self.socket = socket
        wire = try EngineWire(socket: socket, apiVersion: apiVersion)
    }

    /// Closes the connections that are not in use.
    public func close() { wire.close() }
}
