import FleetModel

extension Agent {
    /// How often an agent looks for changes at least.
    private static let timeBetweenLooks = Duration.seconds(1)

    /// Tells what changes as soon as it is seen, and that the agent lives as often as it is to be told.
    /// - Parameter found: what the control plane knows from the enrolment.
    func beat(_ membership: Membership, secret: String, enrolledWith found: HostWatch.Findings) async throws {
        let clock = ContinuousClock()
        var told = Told(inventory: nil, findings: found)
        var interval = Duration.seconds(membership.heartbeatSeconds)
        var due = clock.now
        var roundTrip: Double?
        while true {
            await tendConnections()
            let present = Told(inventory: await worker?.inventory(), findings: await findings.latest)
            if present != told || clock.now >= due {
                let heartbeat = present.heartbeat(
                    after: told, in: membership.session, roundTripMilliseconds: roundTrip)
                let start = clock.now
                if let answer = try await send(heartbeat, secret: secret) {
                    interval = .seconds(answer.heartbeatSeconds)
                }
                roundTrip = (clock.now - start).milliseconds
                told = present
                // Agents that have enrolled at once do not go on in step.
                due = clock.now + interval * Double.random(in: 0.8...1)
            }
            try await Task.sleep(for: min(Self.timeBetweenLooks, max(.zero, due - clock.now)))
        }
    }

    private func tendConnections() async {
        do {
            try await worker?.tendConnections()
        } catch {
            logger.warning("cannot tend the containers' connections", metadata: ["error": "\(error)"])
        }
    }

    private func send(_ heartbeat: Heartbeat, secret: String) async throws -> HeartbeatAnswer? {
        do {
            return try await link.beat(heartbeat, secret: secret)
        } catch ControlPlaneLink.Refusal.superseded {
            throw AgentError.superseded
        }
    }
}

/// What a control plane is told of a host.
private struct Told: Equatable {
    var inventory: HostInventory?
    var findings: HostWatch.Findings

    /// A sign of life that says what is not as it was told before.
    func heartbeat(after before: Told, in session: Int64, roundTripMilliseconds: Double?) -> Heartbeat {
        let isOld = inventory == before.inventory
        let news = before.inventory.flatMap { before in inventory.flatMap { InventoryNews(from: before, to: $0) } }
        return Heartbeat(
            session: session, inventory: isOld || news != nil ? nil : inventory,
            roundTripMilliseconds: roundTripMilliseconds,
            profile: findings.profile == before.findings.profile ? nil : findings.profile,
            tools: findings.tools == before.findings.tools ? nil : findings.tools, tracking: Sysctl.connectionTable,
            news: isOld ? nil : news)
    }
}
