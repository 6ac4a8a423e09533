import CLinux
import FleetModel
import Foundation
import Glibc
import RelocateTesting
import Synchronization
import Testing

@testable import HostAgent

@Suite("What CRIU does not carry of processes")
struct TraitsTests {
    @Test("processors are written as the kernel lists them")
    func processors() {
        #expect(ThreadTraits.processors(named: "0-1\n") == [3])
        #expect(ThreadTraits.processors(named: "0,2-3,64") == [13, 1])
        #expect(ThreadTraits.processors(named: "") == [])
    }

    @Test("a process's numbers are read, from the reader's namespace to its own")
    func numbers() throws {
        let numbers = try #require(ProcessNumbers(status: "Name:\tx\nNSpid:\t4711\t12\t1\nNSpgid:\t4711\t12\t1\n"))
        #expect(numbers.depth == 3)
        #expect(numbers.inContainer == 1)
        #expect(ProcessNumbers(status: "Name:\tx\n") == nil)
    }

    @Test(
        "a process is read whatever its name is, and has ended when its last thread has",
        arguments: [
            ("(a) b) S", 1, false), ("(x) S", 1, false), ("(x) Z", 1, true), ("(x) X", 0, true), ("(x) Z", 2, false),
        ])
    func entry(nameAndState: String, threads: Int, hasEnded: Bool) throws {
        let folder = try temporaryFolder()
        defer { try? FileTree.remove(folder) }
        try FileTree.make(folder + "/4")
        let line = "4 \(nameAndState) 1 4 4 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 \(threads) 0 123456 1000 200"
        try FileBytes.replace(folder + "/4/stat", with: Array(line.utf8))
        let entry = try #require(ProcessEntry(4, in: folder))
        #expect(entry.parent == 1)
        #expect(entry.hasEnded == hasEnded)
        #expect(ProcessEntry(5, in: folder) == nil)
    }

    /// A thread that sleeps until the test is over.
    private func withThreads(_ count: Int, _ body: ([Int32]) throws -> Void) throws {
        let found = Mutex<[Int32]>([])
        let over = DispatchSemaphore(value: 0)
        let ready = DispatchSemaphore(value: 0)
        for _ in 0..<count {
            Thread.detachNewThread {
                let number = FactFiles().link("/proc/thread-self")?.split(separator: "/").last.flatMap { Int32($0) }
                found.withLock { $0.append(number ?? 0) }
                ready.signal()
                over.wait()
            }
        }
        for _ in 0..<count { ready.wait() }
        defer { for _ in 0..<count { over.signal() } }
        try body(found.withLock { $0 })
    }

    @Test("each thread gets back what it had: processors, priority of input and output, timer slack")
    func threads() throws {
        try withThreads(4) { threads in
            let own = getpid()
            let usual = ThreadTraits.processors(
                named: FactFiles().line("/sys/devices/system/cpu/online") ?? "0")
            var chosen = ThreadTraits()
            chosen.processors = [1]
            chosen.ioPriority = 2 << 13 | 6
            chosen.timerSlack = 777_000
            for thread in threads.prefix(2) { chosen.give(to: thread) }
            let survey = FamilySurvey(of: [own], first: own)
            // One that changes its mind after it was asked.
            var late = ThreadTraits()
            late.ioPriority = 3 << 13
            late.give(to: threads[2])
            let traits = survey.finish([own])

            var none = ThreadTraits()
            none.processors = usual
            none.ioPriority = 0
            none.timerSlack = ThreadTraits.usualTimerSlack
            for thread in threads { none.give(to: thread) }
            // ioprio_set(2) takes 'none' as well.
            for thread in threads { _ = linux_set_io_priority(thread, 0) }
            #expect(linux_get_io_priority(threads[0]) & 7 != 6)

            let json = try FleetJSON.decode(FamilyTraits.self, from: try FleetJSON.encode(traits))
            json.give(to: [own], of: own)
            for thread in threads.prefix(2) {
                let found = try #require(ThreadTraits(ofThread: thread, usual: usual))
                #expect(found.ioPriority == chosen.ioPriority)
                if usual != [1] { #expect(found.processors == [1]) }
                #expect(ThreadTraits.timerSlack(of: thread) == 777_000)
            }
            #expect(ThreadTraits(ofThread: threads[2], usual: usual)?.ioPriority == late.ioPriority)
            #expect(ThreadTraits.timerSlack(of: threads[3]) == nil)
        }
    }

    @Test("a thread whose processors the host does not have may run on all")
    func absentProcessors() throws {
        try withThreads(1) { threads in
            var far = ThreadTraits()
            far.processors = [0, 0, 1 << 40]
            far.give(to: threads[0])
            let usual = ThreadTraits.processors(
                named: FactFiles().line("/sys/devices/system/cpu/online") ?? "0")
            #expect(ThreadTraits(ofThread: threads[0], usual: usual)?.processors == nil)
        }
    }

    private func temporaryFolder() throws -> String {
        let folder = "\(NSTemporaryDirectory())relocate-traits-\(UInt32.random(in: 0 ... .max))"
        try FileTree.make(folder)
        return folder
    }
}
