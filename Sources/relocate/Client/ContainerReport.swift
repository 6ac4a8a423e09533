import FleetModel

/// A container with all that is known about it, for people.
struct ContainerReport {
    let container: Container
    let now: Timestamp

    /// Its properties.
    var details: Details {
        var details = Details()
        details.add("Container", container.name)
        details.add("Tenant", container.spec.tenant)
        details.add("State", container.state.word, container.state.tone)
        details.addIfAny("Note", container.note, container.state.tone)
        addPlace(to: &details)
        addSpecification(to: &details)
        return details
    }

    private func addPlace(to details: inout Details) {
        details.add("Host", container.host)
        details.add("Since", container.arrivedAt.map { "\($0), \(span(from: $0, to: now))" })
        details.add("Moves", container.deadlineAt.map { "\($0), in \(span(from: now, to: $0))" })
        details.add("Policy", container.policy?.text ?? "its tenant's")
        if let pin = container.pin {
            details.add(
                "Pinned", "until \(pin.until), for \(span(from: now, to: pin.until)), by \(pin.setBy): \(pin.reason)",
                .warning)
        }
        if container.isPaused { details.add("Clock", "paused for this container", .warning) }
        details.add("Host lost", container.onHostLoss.words)
        details.add("When it ends", container.restart.words)
        if container.restarts.count > 0 { details.add("Restarts in a row", "\(container.restarts.count)", .warning) }
        details.add("Reached at", container.reachedAt)
        details.add("Address", container.address)
        details.addIfAny("Earlier addresses", container.retainedAddresses.map(\.description).joined(separator: ", "))
        details.add("Movable", container.mobility.word, container.mobility.tone)
        details.addIfAny("Refusals", container.refusals.map { "it \($0.words)" } ?? "")
        if case .immovable(_, let log) = container.mobility, !log.isEmpty {
            details.add("Trial's log", lines: log.split(separator: "\n").map(String.init))
        }
    }

    private func addSpecification(to details: inout Details) {
        let spec = container.spec
        details.add("Image", spec.image)
        details.add("Digest", spec.digest)
        details.add("Command", spec.command.isEmpty ? "the image's own" : spec.command.joined(separator: " "))
        details.add("Ports", spec.ports.map(\.words).joined(separator: ", "))
        let variables = spec.environment.sorted { $0.key < $1.key }.map { "\($0)=\($1)" }
        details.add("Environment", lines: variables.isEmpty ? [""] : variables)
        details.add(
            "Limits",
            "\(Units.bytes(spec.limits.memoryBytes)), \(Units.plain(spec.limits.cpus)) CPUs, "
                + "\(spec.limits.processes) processes")
        details.addIfAny("Capabilities", (spec.capabilities ?? []).map(\.rawValue).joined(separator: ", "))
        if spec.hostRoot == true {
            details.add("Root user", "the host's own: whoever breaks out is root on the host (hostRoot)", .warning)
        }
        details.add("Runtime", spec.runtime.rawValue)
        details.add("Image files", spec.imageFiles)
        details.add("Created", "\(container.createdAt), \(span(from: container.createdAt, to: now)) ago")
    }

    private func span(from start: Timestamp, to end: Timestamp) -> String {
        Units.span(seconds: end.seconds(since: start))
    }
}
