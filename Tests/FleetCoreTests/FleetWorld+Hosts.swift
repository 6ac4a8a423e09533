import FleetModel

@testable import FleetCore

// MARK: Hosts

extension FleetWorld {
    mutating func silence(burning: Bool) throws {
        guard let name = heard.sorted().filter({ $0 != machines[0].name }).randomElement(using: &generator) else {
            return
        }
        try silence(name, burning: burning)
    }

    mutating func silence(_ name: HostName, burning: Bool) throws {
        heard.remove(name)
        count(burning ? "burns" : "is silent", name.text)
        // What is held ends with its agent.
        copies[name] = burning ? [:] : copies[name]?.filter { !$0.value.isHeld }
        // Where the ledger refuses, it is noticed later.
        try? findSilent()
    }

    /// Notices who is not heard any more.
    mutating func findSilent() throws {
        for name in state.hosts.keys.sorted() where !heard.contains(name) {
            guard var host = state.hosts[name], host.state.isHeard else { continue }
            host.stateWhenReachable = host.state
            host.state = .unreachable
            try change { $0.record(.host(host)) }
        }
    }

    mutating func comeBack() throws {
        guard let machine = machines.filter({ !heard.contains($0.name) }).randomElement(using: &generator) else {
            return
        }
        try enrol(machine)
    }

    /// What an agent does when it comes back: it ends what is not its own, before it is told anything else.
    mutating func enrol(_ machine: Host) throws {
        let there = (copies[machine.name] ?? [:]).keys.sorted()
        let admission = Admission(
            .joinToken, as: state.hosts[machine.name], hasCredential: false, isConnected: false)
        guard admission != .lost else {
            count("told to end everything", machine.name.text)
            copies[machine.name] = [:]
            return
        }
        let foreign: [ContainerName] = try change { draft in
            try draft.enrol(
                Enrolment(
                    host: machine.name, role: machine.role, address: machine.address, facts: machine.facts,
                    capacity: machine.capacity, containers: there))
            return draft.state.foreign(among: there, on: machine.name)
        }
        for name in foreign {
            count("ended as foreign", "\(name) on \(machine.name)")
            copies[machine.name]?[name] = nil
        }
        heard.insert(machine.name)
        count("is back", machine.name.text)
        try notice()
    }

    /// What is recorded as running on a host that is heard, and is not there, has ended; what is there and should not be is
    /// ended.
    mutating func notice() throws {
        try finishStopping()
        for host in heard.sorted() {
            let left = (copies[host] ?? [:]).keys.sorted()
            if let loss = state.hosts[host]?.loss, state.foreign(among: left, on: host).isEmpty {
                for address in loss.fenced { routes[address] = nil }
                try change { $0.absolve(host) }
            }
            let judgement = state.judge(HostFindings(inventory(of: host)), of: host)
            for name in judgement.strays {
                count("ended as a stray", "\(name) on \(host)")
                copies[host]?[name] = nil
            }
            for container in judgement.absent {
                count("has ended", "\(container.name) on \(host)")
                try change { try $0.ended(container.name, with: nil, "it ended") }
                try start(container.name)
            }
        }
    }

    /// What a host's agent tells of containers. What it holds ends with the move that it is of.
    private func inventory(of host: HostName) -> HostInventory {
        HostInventory(
            containers: (copies[host] ?? [:]).filter { !$0.value.isHeld }.keys.sorted().map {
                ContainerPresence(name: $0, state: .running, address: nil, retainedAddresses: [])
            })
    }

    mutating func declareLost() throws {
        guard let name = worker({ $0.state == .unreachable }), !heard.contains(name) else { return }
        count("losses", name.text)
        _ = try change { try $0.declareLost(name, reason: "it burnt down", by: "chance") }
    }

    mutating func tellGateway() throws {
        try findSilent()
        fence = state.fencedAddresses
        for name in state.hostsToFence {
            let fence = fence
            _ = try change { try $0.fenceStands(around: name, fence) }
        }
    }

    mutating func readmit() throws {
        guard let name = worker({ $0.state == .lost }) else { return }
        // It may be too early.
        try? change { _ = try $0.readmit(name) }
    }

    mutating func forget() throws {
        guard let name = worker({ !$0.state.isHeard }), !heard.contains(name) else { return }
        let fenced = state.hosts[name]?.loss?.fenced ?? []
        // It may carry something.
        guard (try? change({ try $0.forget(name) })) != nil else { return }
        count("forgotten", name.text)
        for address in fenced { routes[address] = nil }
    }
}
