import FleetCore
import FleetModel
import ImageStore
import Logging
import SystemSupport

/// Removes copies of images that no container uses any more: those of containers and tenants that are gone, and those that
/// were made before a policy said otherwise.
struct CopyKeeper: Sendable {
    let fleet: Fleet
    let images: ImageRepository
    let logger: Logger

    /// Looks now, and every ten minutes, until cancelled.
    func run() async {
        while !Task.isCancelled {
            do {
                try await sweep()
            } catch {
                logger.error("cannot remove copies of images", metadata: ["error": "\(error)"])
            }
            // Cancelled is noticed above.
            try? await Task.sleep(for: .seconds(600))
        }
    }

    /// Removes the copies that nobody uses.
    /// - Returns: which.
    @discardableResult
    func sweep() async throws -> [ImageCopy] {
        let copies = try await onOwnThread { [images] in try images.copies() }
        let state = fleet.snapshot
        let unused = copies.filter { !state.uses($0) }
        guard !unused.isEmpty else { return [] }
        // Somebody may have begun to use one in between: as long as that is looked at nobody else can. To take it away is one
        // rename; its files are removed afterwards.
        let gone = try await fleet.change(by: "control-plane") { [images] draft in
            let gone = unused.filter { !draft.state.uses($0) }
            for copy in gone { try images.withdraw(copy) }
            return gone
        }
        try await onOwnThread { [images] in try images.tidy() }
        if !gone.isEmpty { logger.info("removed copies of images", metadata: ["count": "\(gone.count)"]) }
        return gone
    }
}

extension FleetState {
    /// Whether a container has been started with a copy of an image, or is going to be.
    func uses(_ copy: ImageCopy) -> Bool {
        switch copy.owner {
        case .container(let name):
            containers[name].map { $0.spec.digest == copy.digest && ImageCopyOwner(of: $0.spec) == copy.owner } ?? false
        case .tenant(let name):
            containers(of: name).contains { $0.spec.digest == copy.digest && ImageCopyOwner(of: $0.spec) == copy.owner }
        }
    }
}
