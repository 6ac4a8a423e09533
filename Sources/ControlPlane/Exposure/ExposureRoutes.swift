import FleetAPI
import FleetCore
import FleetModel
import HTTP
import MovingTarget

/// `/v1/exposure`: who was beside whom, for how long, against the assumed attack time. The worst come first.
struct ExposureRoutes {
    let fleet: Fleet

    func add(to router: inout FleetRouter) {
        router.on(.get, "/v1/exposure") { request in
            try request.checkQuery("tenant", "container", "limit")
            let tenant: TenantName? = try request.queryValue("tenant", "a tenant's name") { try TenantName($0) }
            let container: ContainerName? = try request.queryValue("container", "a container's name") {
                try ContainerName($0)
            }
            let limit = try request.limit()
            let state = fleet.snapshot
            if let tenant { _ = try state.tenant(tenant) }
            if let container { _ = try state.container(container) }
            let view = view(of: state, tenant: tenant, container: container, limit: limit, at: .now)
            return try .answer(.ok, view, headerFields: [.relocateIndex: String(state.sequence)])
        }
    }

    private func view(
        of state: FleetState, tenant: TenantName?, container: ContainerName?, limit: Int, at now: Timestamp
    ) -> ExposureView {
        let found =
            tenant == nil && container == nil
            ? worst(limit, of: state, at: now) : worst(limit, of: tenant, container, in: state, at: now)
        return ExposureView(
            at: now, containers: found.containers.map { ContainerExposureView($0, at: now) },
            containerCount: found.containerCount, pairs: found.pairs.map { TenantExposureView($0, at: now) },
            pairCount: found.pairCount)
    }

    private struct Found: Sendable {
        var containers: [ContainerExposure]
        var containerCount: Int
        var pairs: [TenantExposure]
        var pairCount: Int
    }

    /// How many of a container's co-residences that go on are named where it was not asked for.
    private static let mostNamed = 8
    /// For how many the book is held at once: the fleet's changes wait for it.
    fileprivate static let mostAtOnce = 32

    /// The worst first.
    private static func sorted(_ containers: [ContainerExposure], at now: Timestamp) -> [ContainerExposure] {
        containers.map { (exposure: $0, share: ContainerExposureView($0, at: now).worstShare) }
            .sorted { ($1.share, $0.exposure.container) < ($0.share, $1.exposure.container) }.map(\.exposure)
    }

    /// The worst of the fleet.
    private func worst(_ limit: Int, of state: FleetState, at now: Timestamp) -> Found {
        let exposure = fleet.exposure
        var names = exposure.read { book in
            book.worstContainers(limit, at: now) { party in
                state.members(of: party).flatMap { state.index.containersByTenant[$0] ?? [] }
            }
        }
        // Many short stays may be worse than a long one.
        names += exposure.overLimits(at: now).groups.keys.sorted().prefix(limit).filter { !names.contains($0) }
        let containers = Self.sorted(
            names.read(exposure) { $1.exposure(of: $0, at: now, naming: Self.mostNamed) }, at: now)
        let pairs = exposure.read { $0.worstPairs(limit, at: now) }
        return Found(
            containers: Array(containers.prefix(limit)),
            containerCount: state.containers.count,
            pairs: pairs.read(exposure) { $1.exposure(of: $0.tenant, to: $0.stranger, at: now) },
            pairCount: exposure.read { $0.pairCount })
    }

    /// The worst of one tenant's, or one container.
    private func worst(
        _ limit: Int, of tenant: TenantName?, _ container: ContainerName?, in state: FleetState, at now: Timestamp
    ) -> Found {
        let names = state.containerNames(container, of: tenant)
        let named = container == nil ? Self.mostNamed : .max
        let containers = Self.sorted(
            names.read(fleet.exposure) { $1.exposure(of: $0, at: now, naming: named) }, at: now)
        let asked = container == nil ? tenant.map { state.party(of: $0) } : nil
        let pairs = asked.map { tenant in fleet.exposure.read { $0.exposures(of: tenant, at: now) } } ?? []
        let worst = pairs.map { (exposure: $0, seconds: $0.longest?.seconds(at: now) ?? 0) }
            .sorted { ($1.seconds, $0.exposure.stranger) < ($0.seconds, $1.exposure.stranger) }
        return Found(
            containers: Array(containers.prefix(limit)), containerCount: containers.count,
            pairs: worst.prefix(limit).map(\.exposure), pairCount: pairs.count)
    }
}

extension Array where Element: Sendable {
    /// What a book says of each, a few at a time.
    fileprivate func read<Value: Sendable>(
        _ exposure: ExposureLog, _ look: (Element, borrowing ExposureBook) -> Value?
    ) -> [Value] {
        stride(from: 0, to: count, by: ExposureRoutes.mostAtOnce).flatMap { start in
            exposure.read { book in
                self[start..<Swift.min(start + ExposureRoutes.mostAtOnce, count)].compactMap { look($0, book) }
            }
        }
    }
}

extension FleetState {
    /// A container, if it is the tenant's, or all of a tenant.
    fileprivate func containerNames(_ container: ContainerName?, of tenant: TenantName?) -> [ContainerName] {
        guard let container else { return tenant.map { Array(index.containersByTenant[$0] ?? []) } ?? [] }
        return tenant == nil || containers[container]?.spec.tenant == tenant ? [container] : []
    }
}
