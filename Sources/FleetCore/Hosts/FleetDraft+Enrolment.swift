import FleetModel

extension FleetDraft {
    /// Puts a host into the inventory, or brings what is known of it up to date.
    package mutating func enrol(_ enrolment: Enrolment) throws {
        if let host = state.hosts[enrolment.host], host.state == .lost { throw FleetError.hostLost(enrolment.host) }
        if let other = state.index.hostsByAddress[enrolment.address], other != enrolment.host {
            throw FleetError.conflict("address \(enrolment.address) belongs to host '\(other)'")
        }
        if enrolment.role == .gateway, let gateway = state.gateway, gateway.name != enrolment.host {
            throw FleetError.conflict("the fleet has a gateway already: '\(gateway.name)'")
        }
        var host =
            state.hosts[enrolment.host]
            ?? Host(
                name: enrolment.host, role: enrolment.role, state: .ready, address: enrolment.address,
                facts: enrolment.facts, capacity: enrolment.capacity, enrolledAt: now, lastSeenAt: now)
        if host.role != enrolment.role, state.containerCount(on: host.name) > 0 {
            throw FleetError.conflict("host '\(host.name)' carries containers and cannot become a gateway")
        }
        host.role = enrolment.role
        host.address = enrolment.address
        host.facts = enrolment.facts
        host.comeBack(at: now)
        clear(.unreachable, about: host.name.text)
        record(.host(host))
    }

    /// A host has been silent for too long: nothing is asked of it before it is heard again.
    /// - Parameter seen: when it was last heard.
    package mutating func noticeSilence(of name: HostName, since seen: Timestamp) {
        guard var host = state.hosts[name], host.state.isHeard else { return }
        host.stateWhenReachable = host.state
        host.state = .unreachable
        host.lastSeenAt = seen
        record(.host(host))
        let count = state.containerCount(on: name)
        raise(
            .unreachable, about: name.text,
            "host '\(name)' is not heard; it carries \(count) \(count == 1 ? "container" : "containers")")
    }
}

extension Host {
    /// The host is heard again.
    package mutating func comeBack(at now: Timestamp) {
        if state == .unreachable { state = stateWhenReachable ?? .ready }
        stateWhenReachable = nil
        lastSeenAt = now
    }
}
