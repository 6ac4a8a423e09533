import FleetModel

/// An event in words, for people who watch.
struct EventSentence: Sendable, Hashable {
    /// What happened.
    let text: String
    /// How it is to strike the eye.
    let tone: Tone

    private init(_ text: String, _ tone: Tone = .plain) {
        self.text = text
        self.tone = tone
    }

    /// Says what happened, and who did it where that was a person.
    init(_ event: FleetEvent) {
        let sentence = EventSentence(event.change, at: event.at)
        let isPart = ["clock", "control-plane", "relocator"].contains(event.actor)
        let isPerson = !isPart && !event.actor.hasPrefix("host:")
        self.init(sentence.text + (isPerson ? " (\(event.actor))" : ""), sentence.tone)
    }

    /// Says what happened.
    init(_ change: FleetChange, at instant: Timestamp) {
        self = Self.on(change, at: instant)
    }

    private static func on(_ change: FleetChange, at instant: Timestamp) -> EventSentence {
        switch change {
        case .host(let host): on(host)
        case .hostForgotten(let name): EventSentence("host \(name) was forgotten", .warning)
        case .tenant(let tenant): on(tenant, isNew: tenant.createdAt == instant)
        case .tenantRemoved(let name): EventSentence("tenant \(name) was removed")
        case .container(let container): on(container)
        case .containerRemoved(let name): EventSentence("\(name) was removed")
        case .relocation(let relocation): on(relocation)
        case .progress(let progress): on(progress)
        case .policy(let record):
            EventSentence(
                "policy \(record.name) is at version \(record.version): \(record.policy.clockWords)"
                    + (record.name == .default
                        ? "; at most \(record.policy.limits.concurrentInFleet) moves at once" : ""))
        case .policyRemoved(let name): EventSentence("policy \(name) was removed")
        case .image(let image):
            EventSentence(
                "image \(image.names.first ?? image.digest.description) was imported, \(Units.bytes(image.bytes))")
        case .scheduler(let paused):
            paused
                ? EventSentence("the clock is paused: containers stay where they are", .warning)
                : EventSentence("the clock runs again", .good)
        case .alarm(let alarm): on(alarm)
        case .refused(let action, let subject, let reason):
            EventSentence("\(action) of \(subject) was refused: \(reason)", .warning)
        }
    }

    private static func on(_ tenant: Tenant, isNew: Bool) -> EventSentence {
        let rules = [
            tenant.policy.map { "policy \($0)" }, tenant.trustGroup.map { "trust group \($0)" },
            tenant.neverBeside.isEmpty
                ? nil : "never beside \(Units.list(tenant.neverBeside.map(\.text)))",
            tenant.isPaused ? "its clock is paused: its containers stay where they are" : nil,
        ].compactMap(\.self)
        let words = rules.isEmpty ? "" : ": \(rules.joined(separator: ", "))"
        return EventSentence(
            "tenant \(tenant.name) was \(isNew ? "added" : "changed")\(words)", tenant.isPaused ? .warning : .plain)
    }

    private static func on(_ host: Host) -> EventSentence {
        let words =
            switch host.state {
            case .ready: "is ready"
            case .cordoned where host.drain?.endedAt != nil: "is drained: it is empty, and no container may come"
            case .cordoned: "is cordoned: no container may come"
            case .draining: "is being drained"
            case .unreachable: "is not heard any more"
            case .lost: "was declared off for good" + (host.loss.map { ": \($0.reason)" } ?? "")
            }
        let role = host.role == .gateway ? "gateway" : "host"
        return EventSentence("\(role) \(host.name) \(words)", host.state == .ready ? .plain : host.state.tone)
    }

    private static func on(_ container: Container) -> EventSentence {
        let name = container.name
        let host = container.host?.text ?? "no host"
        let words: String
        switch container.state {
        case .starting: words = "is being started on \(host)"
        case .running:
            if case .immovable(let reason, _) = container.mobility {
                return EventSentence("\(name) runs on \(host) but cannot be moved: \(reason)", .warning)
            }
            words = "runs on \(host)\(container.plan)"
        case .relocating(let relocation): words = "is being moved by relocation \(relocation)"
        case .stopped(let reason): words = "stopped: \(reason)"
        case .stranded(let relocation): words = "runs nowhere: relocation \(relocation) failed on both hosts"
        case .failed(let reason): words = "could not be started: \(reason)"
        case .stopping: words = "is being stopped"
        case .removing: words = "is being removed"
        case .lost(let host): words = "was lost with host \(host)"
        }
        return EventSentence("\(name) \(words)", container.state.tone == .bad ? .bad : .plain)
    }

    private static func on(_ relocation: Relocation) -> EventSentence {
        guard !relocation.state.isFinal, relocation.state != .queued, let step = relocation.steps.last else {
            let reason = relocation.state == .queued ? ", \(relocation.trigger.words)" : ""
            let tone: Tone = relocation.state.isFinal ? relocation.state.tone : .plain
            return EventSentence(relocation.outcome + reason, tone)
        }
        return EventSentence("\(relocation.container): \(words(for: step))", step.eventTone)
    }

    /// Says of each step that has begun or has an outcome how it stands; what has an outcome comes first.
    private static func on(_ progress: RelocationProgress) -> EventSentence {
        let steps = progress.steps.map(\.step)
        var words = steps.filter { $0.state != .sent }.map { Self.words(for: $0) }
        words += steps.filter { $0.state == .sent }.map { Self.words(for: $0) }
        if let actor = progress.cancelledBy { words.append("to be cancelled, as \(actor) wants") }
        if let failure = progress.failure { words.append("being undone: \(failure)") }
        if words.isEmpty { words.append("relocation \(progress.id) is \(progress.state.rawValue)") }
        let hasTrouble = progress.failure != nil || steps.contains { $0.eventTone != .faint }
        return EventSentence(
            "\(progress.container): \(words.joined(separator: "; "))", hasTrouble ? .warning : .faint)
    }

    private static func words(for step: Step) -> String {
        let what = "\(step.kind.rawValue) on \(step.host)"
        return switch step.state {
        case .sent: what
        case .succeeded: "\(what) done, \(step.measured)"
        case .failed: "\(what) failed: \(step.failure.map(\.description) ?? "no reason was given")"
        case .lost: "\(what) had no outcome in time"
        }
    }

    private static func on(_ alarm: Alarm) -> EventSentence {
        alarm.clearedAt == nil
            ? EventSentence("ALARM \(alarm.kind.rawValue), \(alarm.subject): \(alarm.message)", .bad)
            : EventSentence("alarm over: \(alarm.kind.rawValue), \(alarm.subject)", .good)
    }
}

extension Step {
    /// How the event of it is to strike the eye.
    fileprivate var eventTone: Tone { state == .failed || state == .lost ? .warning : .faint }
}

extension Container {
    /// When it is to leave, or why it is not.
    fileprivate var plan: String {
        if let pin { return ", pinned there until \(pin.until) by \(pin.setBy): \(pin.reason)" }
        if isPaused { return ", its clock is paused" }
        return deadlineAt.map { ", to move at \($0.clockTime)" } ?? ""
    }
}

extension Trigger {
    /// Why, in words.
    var words: String {
        switch self {
        case .operator_: "asked for by an operator"
        case .alert: "because of an alert"
        case .drain: "because the host is drained"
        case .clock: "because its time is over"
        }
    }
}

extension Timestamp {
    /// The time of day in UTC with milliseconds, such as `12:03:04.123`.
    var clockTime: String { String(description.dropFirst(11).prefix(12)) }
}
