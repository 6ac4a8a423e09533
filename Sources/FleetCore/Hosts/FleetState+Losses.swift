import FleetModel

/// What follows from hosts that were declared off for good.
extension FleetState {
    /// The addresses that the gateway is to cut off.
    package var fencedAddresses: Set<IPv4Address> { Set(index.fencedAddresses.keys) }

    /// The hosts around which the gateway has yet to cut something off, by name.
    package var hostsToFence: [HostName] {
        index.hostsWithLoss.sorted().filter { hosts[$0]?.loss?.isFenceWhole == false }
    }

    /// Whether nothing that may still run on a host reaches its clients. It holds for hosts that are not lost: what is lost
    /// with one that has been readmitted or forgotten was cut off before.
    package func isCutOff(_ host: HostName) -> Bool { hosts[host]?.loss?.isFenceWhole ?? true }

    /// The containers that were lost and are to be started anew now, by name.
    package var containersToRestart: [ContainerName] {
        index.lostContainers.sorted().filter { name in
            guard let container = containers[name], case .lost(let host) = container.state else { return false }
            return container.onHostLoss == .restart && isCutOff(host)
        }
    }

    /// The containers that were lost and stay so, by name.
    package var containersThatStayLost: [Container] {
        index.lostContainers.sorted().compactMap { containers[$0] }.filter { $0.onHostLoss == .stay }
    }

    /// Which hosts of a relocation it cannot count on any more: declared off for good and cut off, or forgotten.
    package func losses(of relocation: Relocation) -> RelocationCourse.Losses {
        RelocationCourse.Losses(
            source: isGone(relocation.source) ? relocation.source : nil,
            destination: relocation.destination.flatMap { isGone($0) ? $0 : nil })
    }

    private func isGone(_ name: HostName) -> Bool {
        guard let host = hosts[name] else { return true }
        return host.state == .lost && host.loss?.fencedAt != nil
    }

    /// The addresses of everything that may run on a host, in ascending order. A container that has been dumped there, and
    /// goes on elsewhere, is not among it.
    package func addressesAtRisk(on host: HostName) -> [IPv4Address] {
        var addresses: Set<IPv4Address> = []
        for container in containers(on: host) {
            if let move = openRelocation(of: container.name), move.source == host,
                move.steps.last(where: { $0.kind == .checkpoint })?.state == .succeeded
            {
                continue
            }
            addresses.formUnion(container.addresses)
        }
        for move in openRelocations(at: host) where move.destination == host {
            if let address = move.newAddress { addresses.insert(address) }
            guard RelocationCourse.mayRunAtDestination(move.steps, mayBeBehind: false) else { continue }
            addresses.formUnion(containers[move.container]?.addresses ?? [])
        }
        return addresses.sorted()
    }

    /// What declaring a host off for good would lead to, in words.
    package func consequencesOfLosing(_ name: HostName) -> String {
        let there = containers(on: name)
        guard !there.isEmpty || !openRelocations(at: name).isEmpty else {
            return "host '\(name)' carries nothing; it would not be let in any more before it is readmitted"
        }
        let moves = openRelocations(at: name).count
        return
            "host '\(name)' carries \(there.isEmpty ? "nothing" : Self.words(for: there)). \(moves) \(moves == 1 ? "move" : "moves") would end"
    }

    private static func words(for lost: [Container]) -> String {
        let restarting = lost.count { $0.onHostLoss == .restart }
        guard lost.count != 1 else {
            return
                "1 container (\(lost[0].name)), which would be cut off from its clients and lost with its memory; it would "
                + (restarting == 1 ? "be started anew on another host" : "not be started anew")
        }
        return
            "\(lost.count) containers (\(lost.map(\.name.text).joined(separator: ", "))), which would be cut off from their "
            + "clients and lost with their memory; \(restarting) of them would be started anew on other hosts"
    }

    /// The hosts that have been silent for so long that they count as off for good by themselves, by name.
    ///
    /// None does while the gateway is not heard, which has to cut them off, or while fewer than half of the hosts are heard:
    /// then it is rather the control plane that is cut off.
    package func hostsOffForGood(
        after seconds: Double, at now: Timestamp, lastSeen: (HostName) -> Timestamp
    ) -> [HostName] {
        let silent = hosts(in: .unreachable).filter { hosts[$0]?.role == .worker && hosts[$0]?.loss == nil }
        guard !silent.isEmpty, gateway?.state.isHeard == true else { return [] }
        let workers = index.hostsByRole[.worker] ?? []
        let heard = workers.count { hosts[$0]?.state.isHeard == true }
        // Those that are known to be lost say nothing about the control plane's own network.
        let counted = workers.count - hosts(in: .lost).count
        guard heard * 2 >= counted else { return [] }
        return silent.filter { now.seconds(since: lastSeen($0)) >= seconds }
    }
}
