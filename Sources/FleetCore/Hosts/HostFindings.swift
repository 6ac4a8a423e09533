import FleetModel

/// What a host's agent has told of containers, as far as nothing has followed from it yet.
package struct HostFindings: Sendable, Equatable {
    /// What there is of a container, which may be more than one thing; none where nothing is left.
    fileprivate private(set) var presences: [ContainerName: [ContainerPresence]]
    /// Whether the host has nothing of any other container.
    fileprivate let isWhole: Bool

    /// All that a host has.
    package init(_ inventory: HostInventory) {
        presences = Dictionary(grouping: inventory.containers, by: \.name)
        isWhole = true
    }

    /// What has changed on a host.
    package init(_ news: InventoryNews) {
        presences = Dictionary(grouping: news.changed, by: \.name)
        for name in news.gone { presences[name] = [] }
        isWhole = false
    }

    fileprivate init(_ presences: [ContainerName: [ContainerPresence]]) {
        self.presences = presences
        isWhole = false
    }

    /// The same with what was told before, where nothing was told of it since.
    package func after(_ earlier: HostFindings?) -> HostFindings {
        guard !isWhole, var all = earlier else { return self }
        all.presences.merge(presences) { _, later in later }
        return all
    }
}

/// What follows from what a host's agent has told.
package struct HostJudgement: Sendable {
    /// Containers that the fleet takes to run there, and that do not.
    package fileprivate(set) var absent: [Container] = []
    /// Containers that run there and have given up addresses that no connection uses any more.
    package fileprivate(set) var idle: [Container] = []
    /// Containers of which the host should have nothing.
    package fileprivate(set) var strays: [ContainerName] = []
    /// What these follow from, for when that cannot be done now.
    package fileprivate(set) var basis = HostFindings([:])
    /// What has to be looked at once more; `nil` when there is nothing.
    package fileprivate(set) var later: HostFindings?

    /// Whether there is nothing to be done now.
    package var isEmpty: Bool { absent.isEmpty && idle.isEmpty && strays.isEmpty }
}

extension FleetState {
    /// What follows from what a host's agent has told. What somebody is about to change, such as a move, is not judged before
    /// that has ended: the agent does not tell it again.
    package func judge(_ findings: HostFindings, of host: HostName) -> HostJudgement {
        var judgement = HostJudgement()
        var later: [ContainerName: [ContainerPresence]] = [:]
        var names = Set(findings.presences.keys)
        if findings.isWhole { names.formUnion(index.containersByHost[host] ?? []) }
        for name in names.sorted() {
            // One that the fleet does not know is left alone (see `isStray`).
            guard let container = containers[name] else { continue }
            let presences = findings.presences[name] ?? []
            if container.state.isPassing {
                later[name] = presences
            } else if container.host == host {
                guard container.state == .running else { continue }
                guard let copy = presences.first(where: { $0.state == .running }) else {
                    judgement.absent.append(container)
                    continue
                }
                if container.retainedAddresses.contains(where: { !copy.retainedAddresses.contains($0) }) {
                    judgement.idle.append(container)
                }
            } else if presences.contains(where: { isStray($0, on: host) }) {
                judgement.strays.append(name)
            } else if !presences.isEmpty {
                later[name] = presences
            }
        }
        let concerned = judgement.absent.map(\.name) + judgement.idle.map(\.name) + judgement.strays
        judgement.basis = HostFindings(
            Dictionary(
                concerned.map { ($0, findings.presences[$0] ?? []) }, uniquingKeysWith: { first, _ in first }))
        if !later.isEmpty { judgement.later = HostFindings(later) }
        return judgement
    }
}
