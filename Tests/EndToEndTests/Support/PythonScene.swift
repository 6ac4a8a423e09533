import FleetAPI
import FleetModel
import HostAgent
import RelocateTesting
import SystemSupport
import Testing

/// A container whose program answers every line of a client, a Python expression, with its value as JSON: so a test can ask a
/// program before and after a move what it sees.
struct PythonScene {
    let lab: TestLab
    let container: Container
    let connection: Connection

    static let port: UInt16 = 9000

    /// Runs a test with a container on host1 and a client that is connected to it.
    /// - Parameter prologue: what the program does first.
    static func play(
        _ name: String, in lab: TestLab, prologue: String, _ body: (PythonScene) async throws -> Void
    ) async throws {
        let words = try String(
            decoding: FleetJSON.encode(["python3", "-u", "-c", program(prologue)]), as: UTF8.self)
        let answer = try await lab.api.send(
            .post, "/v1/containers?wait=30",
            #"{"name":"\#(name)","tenant":"acme","image":"python","command":\#(words),"ports":[{"port":\#(port)}],"host":"host1"}"#
        )
        var container = try answer.decode(ContainerView.self).container
        do {
            try await eventually("\(name) was found movable, which is asked before it has done much") {
                container = try await lab.api.container(container.name)
                return container.state == .running && container.mobility == .movable
            }
            let address = try #require(container.virtualAddress)
            var connection: Connection?
            try await eventually("it listens") {
                // Refused until it does.
                connection = try? await Connection.open(in: lab.outside, to: address, port: port)
                return connection != nil
            }
            try await body(PythonScene(lab: lab, container: container, connection: try #require(connection)))
        } catch {
            _ = try? await lab.api.send(.delete, "/v1/containers/\(name)?wait=30")
            throw error
        }
        let removal = try await lab.api.send(.delete, "/v1/containers/\(name)?wait=30")
        #expect(removal.status == 204, "\(removal.body)")
        #expect(lab.dumps == [])
    }

    var name: ContainerName { container.name }

    /// The value of a Python expression in the program, as JSON.
    func ask(_ expression: String) async throws -> String {
        let connection = connection
        return try await onOwnThread {
            try connection.write(expression + "\n")
            return try connection.readLine()
        }
    }

    /// Moves the container, which must succeed.
    func move(to host: String) async throws {
        let relocation = try await lab.api.move(name, to: try HostName(host))
        #expect(relocation.state == .completed, "\(String(describing: relocation.failure))")
    }

    private static func program(_ prologue: String) -> String {
        """
        import ctypes, fcntl, json, mmap, os, resource, select, signal, socket, sys, threading, time
        libc = ctypes.CDLL(None, use_errno=True)
        def text(path): return open(path).read()
        def number(path): return int(text(path), 0)
        \(prologue)
        def serve(client):
            for line in client.makefile("r"):
                try: answer = eval(line)
                except Exception as error: answer = f"{type(error).__name__}: {error}"
                client.sendall(json.dumps(answer).encode() + b"\\n")
        server = socket.socket(); server.setsockopt(1, 2, 1); server.bind(("0.0.0.0", \(port))); server.listen(50)
        while True:
            client, _ = server.accept(); threading.Thread(target=serve, args=(client,), daemon=True).start()
        """
    }
}
