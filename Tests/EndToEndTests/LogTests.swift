import FleetModel
import RelocateTesting
import Testing

extension EndToEnd {
    @Suite("Logs")
    struct Logs {
        @Test("two thousand lines a second, ten moves: whenever it is read, no line is missing, double or out of order")
        func moves() async throws {
            try await NumberedLines.play("counter", in: try TestLab.shared, moves: 10)
        }

        @Test("lines are in order though the one who writes them down at the source stands still during the move")
        func slowWriter() async throws {
            try await NumberedLines.play("slow-counter", in: try TestLab.shared, moves: 3, stopsWriters: true)
        }
    }
}

extension DockerTests {
    @Suite("Logs of Docker's containers")
    struct Logs {
        @Test("two thousand lines a second, ten moves: whenever it is read, no line is missing, double or out of order")
        func moves() async throws {
            try await NumberedLines.play("counter", in: try TestLab.shared, moves: 10)
        }

        @Test("a line that was begun before a move and ended after it is one line")
        func brokenLine() async throws {
            let lab = try TestLab.shared
            let script = "printf one; until [ -e /go ]; do usleep 10000; done; echo two; while :; do sleep 1; done"
            let container = try await lab.create(
                "halting", image: "busybox", command: ["sh", "-c", script], on: "host1", runtime: .docker)
            #expect(try await lab.api.move(container.name, to: try HostName("host2")).state == .completed)
            try await eventually("it has its name") {
                try await lab.docker(on: "host2", "ps", "--format", "{{.Names}}").contains("halting")
            }
            _ = try await lab.docker(on: "host2", "exec", "halting", "touch", "/go")
            try await eventually("the line is whole") {
                try await lab.api.send(.get, "/v1/containers/halting/logs").body == "onetwo\n"
            }
            let answer = try await lab.api.send(.delete, "/v1/containers/halting?wait=30")
            #expect(answer.status == 204, "\(answer.body)")
        }
    }
}
