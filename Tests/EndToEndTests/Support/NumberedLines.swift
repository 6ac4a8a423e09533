import FleetModel
import Glibc
import RelocateTesting
import Synchronization
import Testing

@testable import Lab

/// A container that writes two thousand numbered lines a second, and someone who reads its log again and again.
struct NumberedLines: Sendable {
    let lab: TestLab
    let name: ContainerName

    /// When the reader is to stop.
    private final class End: Sendable {
        let hasCome = Atomic(false)
    }

    /// Moves a container around the hosts while its log is read: no line is missing, none comes twice or out of order.
    /// - Parameter stopsWriters: whether those who write the log down at the source stand still while it moves.
    static func play(_ name: String, in lab: TestLab, moves: Int, stopsWriters: Bool = false) async throws {
        let container = try await lab.create(
            name, image: "busybox", command: ["sh", "-c", script], on: "host1", runtime: lab.plan.runtime)
        let lines = NumberedLines(lab: lab, name: container.name)
        let end = End()
        var last = 0
        do {
            last = try await withThrowingTaskGroup(of: Int.self) { group in
                group.addTask {
                    var last = 0
                    while !end.hasCome.load(ordering: .relaxed) { last = try await lines.read(after: last) }
                    return last
                }
                defer { end.hasCome.store(true, ordering: .relaxed) }
                for number in 1...moves {
                    let writers = stopsWriters ? try lines.writers() : []
                    for writer in writers { kill(writer, SIGSTOP) }
                    defer { for writer in writers { kill(writer, SIGCONT) } }
                    let relocation = try await lab.api.move(container.name, to: try HostName("host\(number % 3 + 1)"))
                    #expect(relocation.state == .completed, "\(String(describing: relocation.failure))")
                }
                end.hasCome.store(true, ordering: .relaxed)
                return try await group.next() ?? 0
            }
            // What is written at the last host is read, too.
            let seen = last
            try await eventually("it writes on") { try await lines.read(after: seen) > seen + 500 }
        } catch {
            _ = try? await lab.api.send(.delete, "/v1/containers/\(name)?wait=30")
            throw error
        }
        let answer = try await lab.api.send(.delete, "/v1/containers/\(name)?wait=30")
        #expect(answer.status == 204, "\(answer.body)")
    }

    /// Reads the log, which must go on where it was left.
    /// - Parameter last: the number of the last line that was read before.
    /// - Returns: that of the last line now.
    private func read(after last: Int) async throws -> Int {
        let answer = try await lab.api.send(.get, "/v1/containers/\(name)/logs?tailBytes=1048576")
        guard answer.status == 200 else { throw API.Refused(status: answer.status, body: answer.body) }
        let numbers = try answer.body.split(separator: "\n").map { line in
            guard line.hasPrefix("line "), let number = Int(line.dropFirst(5)) else {
                throw NeverHappened(description: "a line '\(line)' after \(last)")
            }
            return number
        }
        guard let first = numbers.first, let newest = numbers.last else { return last }
        for (number, next) in zip(numbers, numbers.dropFirst()) where next != number + 1 {
            throw NeverHappened(description: "\(next) follows \(number)")
        }
        guard first <= last + 1, newest >= last else {
            throw NeverHappened(description: "lines \(first) to \(newest) after \(last)")
        }
        return newest
    }

    /// The shell that writes the log down on the container's host, and what it has started.
    private func writers() throws -> [Int32] {
        let shells = ProcessTable.all().map(\.processID).filter { process in
            let words = (readText("/proc/\(process)/cmdline") ?? "").split(separator: "\0")
            return words.contains("relocate-log") && words.contains { $0.contains("/containers/\(name)") }
        }
        let writers =
            shells
            + shells.flatMap { shell in
                (readText("/proc/\(shell)/task/\(shell)/children") ?? "").split(separator: " ").compactMap { Int32($0) }
            }
        guard !shells.isEmpty else { throw NeverHappened(description: "nobody writes the log of \(name) down") }
        return writers
    }

    private static let script = """
        n=0
        while :; do
            i=0
            while [ $i -lt 20 ]; do n=$((n + 1)); echo line $n; i=$((i + 1)); done
            usleep 10000
        done
        """
}
