import FleetLedger
import FleetModel
import Foundation
import GRDB
import Glibc
import RelocateTesting
import Testing

@testable import Ledger

@Suite("Durability")
struct DurabilityTests {
    @Test("a process killed in the middle of its commits leaves every commit it was told of, and no half one")
    func killed() async throws {
        try await withDirectory { directory in
            await #expect(processExitsWith: .signal(SIGKILL)) { [directory = directory as String] in
                let ledger = try SQLiteLedger(path: directory + "/ledger.sqlite", migrations: migrations, at: epoch)
                let confirmed = open(directory + "/confirmed", O_WRONLY | O_CREAT | O_APPEND, 0o600)
                for writer in 0..<3 {
                    Thread.detachNewThread {
                        for round in 0... {
                            let subject = "\(writer)-\(round)"
                            let changes = [FleetChange](
                                repeating: .refused(action: "a", subject: subject, reason: "r"), count: 5)
                            guard (try? ledger.commit(changes, actor: "w", at: epoch)) != nil else { return }
                            let line = Array((subject + "\n").utf8)
                            write(confirmed, line, line.count)
                        }
                    }
                }
                // Enough is under way once some have been confirmed; then the end comes at any point of a commit.
                var status = stat()
                while fstat(confirmed, &status) == 0, status.st_size < 500 { usleep(500) }
                kill(getpid(), SIGKILL)
            }
            let text = FileManager.default.contents(atPath: directory + "/confirmed") ?? Data()
            let confirmed = String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
            #expect(confirmed.count > 50)
            let ledger = try SQLiteLedger(path: directory + "/ledger.sqlite", migrations: migrations, at: epoch)
            let events = try await everyEvent(of: ledger)
            #expect(events.map(\.sequence) == Array(1...Int64(events.count)))
            let counts = events.reduce(into: [String: Int]()) { $0[$1.change.subject, default: 0] += 1 }
            #expect(counts.values.allSatisfy { $0 == 5 })
            #expect(Set(confirmed).isSubset(of: counts.keys))
            try ledger.close()
        }
    }

    @Test("a write-ahead log cut off at any byte leaves the state after some whole number of commits")
    func tornLog() async throws {
        try await withDirectory { directory in
            var life = FleetLife(seed: 11)
            var memories = [0: life.memory]
            let ledger = try SQLiteLedger(path: directory + "/ledger.sqlite", migrations: migrations, at: epoch)
            try await ledger.pool.writeWithoutTransaction { database in
                try database.checkpoint(.truncate)
                // All that follows stays in the log.
                try database.execute(sql: "PRAGMA wal_autocheckpoint = 0")
            }
            var count = 0
            for moment in 0..<60 {
                let time = epoch.advanced(bySeconds: Double(moment))
                let (changes, notes) = try life.act(at: time)
                let marked = changes + [.refused(action: "mark", subject: "\(moment)", reason: "")]
                count += try ledger.commit(marked, notes: notes, actor: "op", at: time).count
                memories[count] = life.memory
            }
            let database = try #require(FileManager.default.contents(atPath: directory + "/ledger.sqlite"))
            let log = try #require(FileManager.default.contents(atPath: directory + "/ledger.sqlite-wal"))
            try ledger.close()

            var generator = SeededGenerator(seed: 12)
            var seen: Set<Int64> = []
            for attempt in 0..<40 {
                let cut = attempt == 0 ? log.count : Int.random(in: 0...log.count, using: &generator)
                let copy = directory + "/copy-\(attempt).sqlite"
                try database.write(to: URL(filePath: copy))
                try log.prefix(cut).write(to: URL(filePath: copy + "-wal"))
                let reopened = try SQLiteLedger(path: copy, migrations: migrations, at: epoch)
                let record = try await reopened.load()
                let memory = try #require(memories[Int(record.lastSequence)], "half a commit was left")
                #expect(memory.matches(record))
                #expect(try await reopened.everyResidence() == memory.allResidences)
                seen.insert(record.lastSequence)
                try reopened.close()
            }
            #expect(seen.contains(Int64(count)))
            #expect(seen.count > 10)
        }
    }

    @Test("every commit waits for the disk, and references are checked")
    func settings() async throws {
        try await withLedger { ledger in
            let settings = try await ledger.pool.write { database in
                try ["synchronous", "foreign_keys", "journal_mode"].map {
                    try String.fetchOne(database, sql: "PRAGMA \($0)")
                }
            }
            #expect(settings == ["2", "1", "wal"])
        }
    }

    @Test("a read neither waits for a commit that takes long nor sees half of it")
    func readsDoNotWait() async throws {
        try await withLedger { ledger in
            try ledger.commit([.scheduler(paused: true)], actor: "op", at: epoch)
            let seen: (Int64, Int) = try await ledger.pool.write { database in
                let body = try ChangeWriter.write(.scheduler(paused: false), to: database, at: epoch)
                let event = FleetEvent(sequence: 2, at: epoch, actor: "op", change: .scheduler(paused: false))
                try ChangeWriter.append(event, body, to: database)
                // The transaction is still open: this would never end if reads waited.
                let record = try ledger.pool.read(SQLiteLedger.record)
                return (record.lastSequence, record.schedulerPaused ? 1 : 0)
            }
            #expect(seen == (1, 1))
            #expect(try await ledger.load().lastSequence == 2)
        }
    }

    @Test("only the owner may read the files, whatever the process's mask was")
    func ownerOnly() async throws {
        try await withDirectory { directory in
            let path = directory + "/ledger.sqlite"
            #expect(FileManager.default.createFile(atPath: path, contents: nil))
            chmod(path, 0o666)
            let ledger = try SQLiteLedger(path: path, migrations: migrations, at: epoch)
            try ledger.commit([.scheduler(paused: true)], actor: "op", at: epoch)
            for suffix in ["", "-wal", "-shm", ".lock"] {
                var status = stat()
                #expect(stat(path + suffix, &status) == 0)
                #expect(status.st_mode & 0o777 == 0o600, "\(path + suffix)")
            }
            try ledger.close()
        }
    }

    @Test("a second opening of a ledger that is open is refused, and succeeds once it is closed")
    func locked() async throws {
        try await withDirectory { directory in
            let path = directory + "/ledger.sqlite"
            let ledger = try SQLiteLedger(path: path, migrations: migrations, at: epoch)
            let error = #expect(throws: LedgerError.self) {
                try SQLiteLedger(path: path, migrations: migrations, at: epoch)
            }
            #expect(error?.code == .inUse)
            try ledger.close()
            try SQLiteLedger(path: path, migrations: migrations, at: epoch).close()
        }
    }

    @Test("a full disk is a clear error, loses nothing that was there, and is over when there is space again")
    func diskFull() async throws {
        try await withLedger { ledger in
            try await ledger.pool.writeWithoutTransaction { database in
                let pages = try Int.fetchOne(database, sql: "PRAGMA page_count") ?? 0
                try database.execute(sql: "PRAGMA max_page_count = \(pages + 5)")
            }
            var failure: LedgerError?
            var written: Int64 = 0
            while failure == nil {
                do {
                    let change = FleetChange.refused(
                        action: "a", subject: "s", reason: String(repeating: "x", count: 999))
                    written = try #require(try ledger.commit([change], actor: "op", at: epoch).last).sequence
                } catch let error as LedgerError { failure = error }
            }
            #expect(failure?.code == .diskFull)
            #expect(try await ledger.load().lastSequence == written)
            try await ledger.pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA max_page_count = 1000000") }
            #expect(try ledger.commit([.scheduler(paused: true)], actor: "op", at: epoch)[0].sequence == written + 1)
        }
    }

    @Test("a path where nothing can be written, or something that is no database, is a clear error")
    func wrongFiles() async throws {
        try await withDirectory { directory in
            for path in ["/sys/kernel/ledger.sqlite", directory + "/nowhere/ledger.sqlite"] {
                let error = #expect(throws: LedgerError.self) {
                    try SQLiteLedger(path: path, migrations: migrations, at: epoch)
                }
                #expect(error?.code == .cannotOpen || error?.code == .readOnly)
                #expect(error?.message.contains(path) == true)
            }
            try Data(repeating: 0x41, count: 5000).write(to: URL(filePath: directory + "/letters.sqlite"))
            let error = #expect(throws: LedgerError.self) {
                try SQLiteLedger(path: directory + "/letters.sqlite", migrations: migrations, at: epoch)
            }
            #expect(error?.code == .damaged)
        }
    }

    private func everyEvent(of ledger: SQLiteLedger) async throws -> [FleetEvent] {
        var events: [FleetEvent] = []
        while true {
            let more = try await ledger.events(after: events.last?.sequence ?? 0, limit: 1000)
            guard !more.isEmpty else { return events }
            events += more
        }
    }
}
