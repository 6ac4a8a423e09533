import FleetModel

/// A change of the fleet that is being put together.
package struct FleetDraft {
    /// The state with the changes so far.
    package internal(set) var state: FleetState
    /// The time of the change.
    package let now: Timestamp
    /// What is to be recorded.
    package private(set) var changes: [FleetChange] = []
    /// What is to be kept beside it.
    package private(set) var notes: [FleetNote] = []

    package init(state: FleetState, now: Timestamp) {
        self.state = state
        self.now = now
    }

    package var isEmpty: Bool { changes.isEmpty && notes.isEmpty }

    /// Makes a change.
    package mutating func record(_ change: FleetChange) {
        let change = shortened(change)
        state.apply(change)
        changes.append(change)
    }

    /// Of a relocation that goes on only what is new is told.
    private func shortened(_ change: FleetChange) -> FleetChange {
        guard case .relocation(let new) = change, let old = state.relocations[new.id],
            let progress = RelocationProgress(of: new, since: old)
        else { return change }
        return .progress(progress)
    }

    /// Keeps something that makes no event.
    package mutating func note(_ note: FleetNote) {
        if case .quarantine(let address, let until) = note {
            state.quarantine.forget(before: now)
            state.quarantine.add(address, until: until)
        }
        notes.append(note)
    }
}

// MARK: Things by name

extension FleetDraft {
    /// A host that must be there.
    package func host(_ name: HostName) throws(FleetError) -> Host { try state.host(name) }

    /// A container that must be there.
    package func container(_ name: ContainerName) throws(FleetError) -> Container { try state.container(name) }

    /// Changes a container that is there.
    package mutating func update(_ name: ContainerName, _ body: (inout Container) -> Void) throws(FleetError) {
        var container = try container(name)
        body(&container)
        record(.container(container))
    }

    /// Raises an alarm, unless it stands with the same message already.
    package mutating func raise(_ kind: AlarmKind, about subject: String, _ message: String) {
        let alarm = Alarm(kind: kind, subject: subject, message: message, raisedAt: now)
        guard state.alarms[alarm.key]?.message != message else { return }
        record(.alarm(alarm))
    }

    /// Clears an alarm if it stands.
    package mutating func clear(_ kind: AlarmKind, about subject: String) {
        guard var alarm = state.alarms[AlarmKey(kind: kind, subject: subject)] else { return }
        alarm.clearedAt = now
        record(.alarm(alarm))
    }
}

extension FleetState {
    /// A host that must be there.
    package func host(_ name: HostName) throws(FleetError) -> Host {
        guard let host = hosts[name] else { throw .notFound(kind: "host", name: name.text) }
        return host
    }

    /// A container that must be there.
    package func container(_ name: ContainerName) throws(FleetError) -> Container {
        guard let container = containers[name] else { throw .notFound(kind: "container", name: name.text) }
        return container
    }

    /// A tenant that must be there.
    package func tenant(_ name: TenantName) throws(FleetError) -> Tenant {
        guard let tenant = tenants[name] else { throw .notFound(kind: "tenant", name: name.text) }
        return tenant
    }
}
