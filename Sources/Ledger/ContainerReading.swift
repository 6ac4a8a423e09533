import Dispatch
import FleetModel
import GRDB
import Glibc
import Synchronization

/// Reads all containers with all processors.
enum ContainerReading {
    /// How many are decoded at once.
    private static let batch = 8192

    /// One for each processor: what it knows is used by one at a time.
    private final class Worker: Sendable {
        let reader = Mutex(ContainerReader())
        let found = Mutex<Result<[Container], any Error>>(.success([]))

        func read(_ texts: ArraySlice<String>) {
            let result = reader.withLock { reader in Result { try texts.map { try reader.read($0) } } }
            found.withLock { $0 = result }
        }
    }

    static func all(_ database: Database) throws -> [Container] {
        var containers: [Container] = []
        let cursor = try String.fetchCursor(database, sql: "SELECT body FROM containers ORDER BY name")
        let workers = (0..<max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))).map { _ in Worker() }
        let share = (batch + workers.count - 1) / workers.count
        var texts = try next(cursor)
        while !texts.isEmpty {
            // Meanwhile the next are read.
            let decoding = DispatchGroup()
            for (number, worker) in workers.enumerated() {
                let part = texts.dropFirst(number * share).prefix(share)
                DispatchQueue.global().async(group: decoding) { worker.read(part) }
            }
            defer { decoding.wait() }
            texts = try next(cursor)
            decoding.wait()
            for worker in workers { containers += try worker.found.withLock { try $0.get() } }
        }
        return containers
    }

    private static func next(_ cursor: FastDatabaseValueCursor<String>) throws -> [String] {
        var texts: [String] = []
        texts.reserveCapacity(batch)
        while texts.count < batch, let text = try cursor.next() { texts.append(text) }
        return texts
    }
}
