import FleetModel
import Glibc
import RelocateTesting
import Synchronization
import SystemSupport
import Testing

@testable import HostAgent

@Suite("What containers write is kept in order")
struct OutputLogTests {
    @Test("whoever reads while files are begun and removed sees every line once, and never fewer than before")
    func readingBesideWriting() async throws {
        try await TemporaryDirectory.with { directory in
            let log = try log(in: directory)
            let (writer, pipe) = try log.begin()
            writer.open(after: nil)
            let count = 200_000
            let writing = Task { try await onOwnThread { try write(0..<count, to: pipe) } }
            var last = -1
            try await eventually("all lines are read") {
                let numbers = try self.numbers(in: try await log.tail(1 << 17))
                if let first = numbers.first, let newest = numbers.last {
                    #expect(numbers == Array(first..<(first + numbers.count)))
                    #expect(newest >= last)
                    last = newest
                }
                return last == count - 1
            }
            try await writing.value
            #expect(FileTree.bytes(in: log.directory) <= 2 << 20)
            #expect(try numbers(in: try await log.tail(1 << 20)).count > 50_000)
        }
    }

    @Test("a writer begins after the one before it has written its last, though it is told to begin earlier")
    func takingTurns() async throws {
        try await TemporaryDirectory.with { directory in
            let log = try log(in: directory)
            var first = Optional(try log.begin())
            let second = try log.begin()
            let mark = try #require(first?.writer.mark)
            first?.writer.open(after: nil)
            try write(0..<100, to: try #require(first?.pipe))
            try await eventually("it writes") { try self.numbers(in: try await log.tail(4096)).count == 100 }
            let shells = ProcessTable.commands(containing: mark)
            let processes = try shells + shells.flatMap(children)
            #expect(processes.count > 1)
            for process in processes { kill(process, SIGSTOP) }
            try write(100..<200, to: try #require(first?.pipe))
            first = nil
            second.writer.open(after: mark)
            try write(200..<300, to: second.pipe)
            #expect(try numbers(in: try await log.tail(4096)) == Array(0..<100))
            for process in processes { kill(process, SIGCONT) }
            try await eventually("the second writes") { try self.numbers(in: try await log.tail(8192)).last == 299 }
            #expect(try numbers(in: try await log.tail(8192)) == Array(0..<300))
        }
    }

    @Test("a writer that was left by a host that is gone does not keep the next one for ever")
    func goneWriter() async throws {
        try await TemporaryDirectory.with { directory in
            let log = try log(in: directory)
            let (writer, pipe) = try log.begin()
            try FileBytes.overwrite("\(log.directory)/writer-gone", with: [])
            writer.open(after: "writer-gone")
            try write(0..<3, to: pipe)
            try await eventually("it writes") { try self.numbers(in: try await log.tail(4096)) == [0, 1, 2] }
            #expect(!FileTree.exists("\(log.directory)/writer-gone"))
        }
    }

    @Test("a writer that nobody needs ends, and leaves nothing beside what it has written", arguments: [true, false])
    func end(isOpened: Bool) async throws {
        try await TemporaryDirectory.with { directory in
            let log = try log(in: directory)
            var output = Optional(try log.begin())
            let mark = try #require(output?.writer.mark)
            #expect(FileTree.names(in: log.directory) == [mark])
            if isOpened { output?.writer.open(after: nil) }
            output = nil
            try await eventually("it ends") { ProcessTable.commands(containing: mark).isEmpty }
            #expect(FileTree.names(in: log.directory).filter { $0 != "log-0000000001" } == [])
            try log.remove()
            try log.remove()
            #expect(!log.exists)
        }
    }

    @Test("what earlier versions have written comes before the rest, and goes when there is enough without it")
    func earlierVersions() async throws {
        try await TemporaryDirectory.with { directory in
            let log = try log(in: directory)
            try FileTree.make(log.directory)
            try FileBytes.overwrite(log.directory + "/log.1", with: Array("cut\nline 0\nline 1\n".utf8))
            try FileBytes.overwrite(log.directory + "/log", with: Array("line 2\n".utf8))
            #expect(try await log.tail(4096) == "line 0\nline 1\nline 2\n")
            let (writer, pipe) = try log.begin()
            writer.open(after: nil)
            try write(3..<5, to: pipe)
            try await eventually("it writes") { try self.numbers(in: try await log.tail(4096)) == Array(0..<5) }
            let writing = Task { try await onOwnThread { try write(5..<200_000, to: pipe) } }
            try await writing.value
            try await eventually("the old files are gone") {
                FileTree.names(in: log.directory).allSatisfy { !["log", "log.1"].contains($0) }
            }
        }
    }

    @Test("a line that has no end yet is shown when nothing is added to it")
    func unfinishedLine() async throws {
        try await TemporaryDirectory.with { directory in
            let log = try log(in: directory)
            try FileTree.make(log.directory)
            try FileBytes.overwrite(log.directory + "/log-0000000001", with: Array("line 1\nname: ".utf8))
            #expect(try await log.tail(4096) == "line 1\nname: ")
        }
    }

    @Test(
        "the end of an output begins with a whole line, unless a single one is longer",
        arguments: [
            ("one\ntwo\nthree\n", 100, false, "one\ntwo\nthree\n"), ("one\ntwo\nthree\n", 6, false, "three\n"),
            ("one\ntwo\nthree\n", 7, false, "three\n"), ("one\ntwo\nthree\n", 10, false, "two\nthree\n"),
            ("one\ntwo\nthree\n", 100, true, "two\nthree\n"), ("one\ntwo\nthree\n", 0, false, ""),
            ("endless", 4, false, "less"), ("endless\n", 4, true, "ess\n"), ("", 10, true, ""),
        ])
    func wholeLines(text: String, count: Int, isCut: Bool, expected: String) {
        #expect(OutputTail.text(of: Array(text.utf8), last: count, isCut: isCut) == expected)
    }

    private func log(in directory: String) throws -> OutputLog {
        OutputLog(of: try ContainerName("shop"), in: directory, shell: "/bin/sh")
    }

    /// The numbers of the lines `line N`; every line must be one.
    private func numbers(in text: String) throws -> [Int] {
        try text.split(separator: "\n").map { line in
            guard line.hasPrefix("line "), let number = Int(line.dropFirst(5)) else {
                throw NeverHappened(description: "a line '\(line)'")
            }
            return number
        }
    }

    /// What a process has started and that runs.
    private func children(of process: Int32) throws -> [Int32] {
        let text = String(decoding: try FileBytes.read("/proc/\(process)/task/\(process)/children"), as: UTF8.self)
        return text.split(separator: " ").compactMap { Int32($0) }
    }
}

/// Writes the lines `line N`, some with each call, as programs do.
private func write(_ numbers: Range<Int>, to pipe: OwnedDescriptor) throws {
    for start in stride(from: numbers.lowerBound, to: numbers.upperBound, by: 20) {
        let lines = (start..<min(start + 20, numbers.upperBound)).map { "line \($0)\n" }.joined()
        let count = Glibc.write(pipe.number, lines, lines.utf8.count)
        guard count == lines.utf8.count else { throw StepFailure("write", errno: errno) }
    }
}
