import FleetAPI
import FleetModel
import MovingTarget

extension ContainerExposureView {
    /// What the book says of a container.
    init(_ exposure: ContainerExposure, at now: Timestamp) {
        self.init(
            container: exposure.container, tenant: exposure.tenant, assumedAttackSeconds: exposure.attackSeconds,
            seconds: exposure.seconds, longest: exposure.longest.map { CoResidenceView($0, at: now) },
            current: exposure.current.map { CoResidenceView($0, at: now) }, currentCount: exposure.currentCount,
            endedCount: exposure.endedCount,
            endedBeforeAttackCount: exposure.endedBeforeAttackCount, residenceCount: exposure.residenceCount)
    }
}

extension TenantExposureView {
    /// What the book says of a tenant and a stranger.
    init(_ exposure: TenantExposure, at now: Timestamp) {
        self.init(
            tenant: exposure.tenant, stranger: exposure.stranger, seconds: exposure.seconds,
            longest: exposure.longest.map { CoResidenceView($0, at: now) }, currentCount: exposure.currentCount,
            endedCount: exposure.endedCount, endedBeforeAttackCount: exposure.endedBeforeAttackCount)
    }
}

extension CoResidenceView {
    fileprivate init(_ co: CoResidence, at now: Timestamp) {
        self.init(
            container: co.container, stranger: co.stranger, host: co.host, since: co.since, until: co.until,
            seconds: co.seconds(at: now))
    }
}
