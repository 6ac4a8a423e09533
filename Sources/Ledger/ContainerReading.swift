import Dispatch
import FleetModel
import GRDB
import Synchronization

/// Reads all containers, of which there may be very many: with all processors, and so that what many have in common is in memory
/// once.
enum ContainerReading {
    /// How many are decoded at once.
    private static let batch = 4096

    static func all(_ database: Database) throws -> [Container] {
        var containers: [Container] = []
        var shared = SharedParts()
        let bodies = try String.fetchCursor(database, sql: "SELECT body FROM containers ORDER BY name")
        var batch: [String] = []
        repeat {
            batch.removeAll(keepingCapacity: true)
            while batch.count < Self.batch, let body = try bodies.next() { batch.append(body) }
            containers += try decoded(batch).map { shared.shared($0) }
        } while batch.count == Self.batch
        return containers
    }

    private static func decoded(_ bodies: [String]) throws -> [Container] {
        let size = max(64, bodies.count / 8)
        let starts = Array(stride(from: 0, to: bodies.count, by: size))
        let parts = Mutex<[Int: Result<[Container], any Error>]>([:])
        DispatchQueue.concurrentPerform(iterations: starts.count) { number in
            let part = Result {
                try bodies[starts[number]..<min(starts[number] + size, bodies.count)]
                    .map { try JSONText.read(Container.self, $0) }
            }
            parts.withLock { $0[number] = part }
        }
        return try parts.withLock { parts in try starts.indices.flatMap { try parts[$0]?.get() ?? [] } }
    }
}

/// What containers have in common: many are made of one image, by one command.
private struct SharedParts {
    /// Where all differ there is nothing to gain.
    private static let most = 4096

    private var images: Set<String> = []
    private var digests: Set<ImageDigest> = []
    private var commands: Set<[String]> = []
    private var environments: Set<[String: String]> = []
    private var ports: Set<[PortMapping]> = []

    /// The container, made of what others are made of as far as it is equal.
    mutating func shared(_ container: Container) -> Container {
        var container = container
        container.spec.image = Self.one(container.spec.image, of: &images)
        container.spec.digest = Self.one(container.spec.digest, of: &digests)
        container.spec.command = Self.one(container.spec.command, of: &commands)
        container.spec.environment = Self.one(container.spec.environment, of: &environments)
        container.spec.ports = Self.one(container.spec.ports, of: &ports)
        return container
    }

    private static func one<Part: Hashable>(_ part: Part, of known: inout Set<Part>) -> Part {
        if known.count < most { return known.insert(part).memberAfterInsert }
        return known.firstIndex(of: part).map { known[$0] } ?? part
    }
}
