import FleetModel
import RelocateTesting
import Testing

extension EndToEnd {
    @Suite("Pages that scripts make")
    struct Pages {
        @Test("a web server that starts a script for each page, beside loops that fork: each page comes, and is whole")
        func forking() async throws { try await PageScene.play(moves: 12, in: try TestLab.shared) }
    }
}

extension DockerTests {
    @Suite("Pages that scripts make, between daemons")
    struct Pages {
        @Test("a web server that starts a script for each page, beside loops that fork: each page comes, and is whole")
        func forking() async throws { try await PageScene.play(moves: 3, in: try TestLab.shared) }
    }
}

/// Busybox's web server with a page that a shell script makes, and eight loops that start a program all the time.
private enum PageScene {
    private static let program = """
        mkdir -p /www/cgi-bin
        printf '#!/bin/sh\\necho "Content-Type: text/plain"; echo; echo hello $((6*7))\\n' >/www/cgi-bin/page
        chmod 755 /www/cgi-bin/page
        for n in 1 2 3 4 5 6 7 8; do sh -c 'while true; do /bin/true; sleep 0.02; done' & done
        exec httpd -f -p 80 -h /www
        """

    static func play(moves: Int, in lab: TestLab) async throws {
        let container = try await lab.create(
            "pages", image: "busybox", port: 80, command: ["sh", "-c", program], on: "host1")
        do {
            let address = try #require(container.virtualAddress)
            let space = lab.outside
            try await eventually("it listens") {
                (try? await Connection.open(in: space, to: address, port: 80)) != nil
            }
            let readers = (0..<3).map { _ in
                Conversation(in: space) { _ in try ask(Connection(to: address, port: 80)) }
            }
            for number in 1...moves {
                let relocation = try await lab.api.move(container.name, to: try HostName("host\(number % 3 + 1)"))
                #expect(relocation.state == .completed, "\(String(describing: relocation.failure))")
                for reader in readers { try await reader.goesOn(by: 3) }
            }
            for reader in readers { try await reader.end() }
        } catch {
            _ = try? await lab.api.send(.delete, "/v1/containers/\(container.name)?wait=30")
            throw error
        }
        let removal = try await lab.api.send(.delete, "/v1/containers/\(container.name)?wait=30")
        #expect(removal.status == 204, "\(removal.body)")
        #expect(lab.dumps == [])
    }

    /// Asks for the page once, and expects all of it.
    private static func ask(_ connection: Connection) throws {
        try connection.write("GET /cgi-bin/page HTTP/1.0\r\n\r\n")
        var lines = [try connection.readLine()]
        while lines.last != "hello 42", lines.count < 20 { lines.append(try connection.readLine()) }
        guard lines[0] == "HTTP/1.0 200 OK" || lines[0] == "HTTP/1.1 200 OK", lines.last == "hello 42" else {
            throw ConnectionBroken(description: "not the page: \(lines)")
        }
    }
}
