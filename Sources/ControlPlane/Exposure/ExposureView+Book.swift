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
            endedBeforeAttackCount: exposure.endedBeforeAttackCount, residenceCount: exposure.residenceCount,
            sums: ExposureSumsView(
                windowSeconds: exposure.limits.windowSeconds,
                strangers: exposure.sums.map {
                    ExposureSumView(stranger: $0.stranger, seconds: $0.seconds, isBeside: $0.isBeside)
                }, strangerCount: exposure.sumCount, limitSeconds: exposure.limits.groupSeconds,
                allSeconds: exposure.strangersSum, allLimitSeconds: exposure.limits.strangersSeconds))
    }

    /// How bad it is: from 1 on an alarm stands.
    var worstShare: Double { max(longestShare, sums.share ?? 0) }
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
