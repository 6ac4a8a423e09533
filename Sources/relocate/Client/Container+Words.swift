import FleetModel

extension Container {
    /// Where its clients find it: the virtual address with its ports, such as `10.99.0.4:6379`.
    var reachedAt: String? {
        guard let virtualAddress else { return nil }
        return "\(virtualAddress):" + spec.ports.map { String($0.port) }.joined(separator: ",")
    }

    /// What is remarkable about it.
    var note: String? {
        switch state {
        case .relocating(let relocation): return "relocation \(relocation)"
        case .stopped(let reason), .failed(let reason):
            return reason + (restarts.nextAt.map { "; it is started anew at \($0)" } ?? "")
        case .stranded(let relocation): return "relocation \(relocation) failed on both hosts"
        case .lost(let host): return "it was lost with host \(host)"
        case .starting, .running, .stopping, .removing: break
        }
        let notes = [immobility, pin.map { "pinned: \($0.reason)" }, isPaused ? "its clock is paused" : nil]
        let words = notes.compactMap(\.self).joined(separator: "; ")
        return words.isEmpty ? nil : words
    }

    private var immobility: String? {
        guard case .immovable(let reason, _) = mobility else { return nil }
        return reason
    }
}

extension Mobility {
    /// Whether it can be moved, in one word.
    var word: String {
        switch self {
        case .unknown: "unknown"
        case .movable: "yes"
        case .immovable: "no"
        }
    }

    /// How that is to strike the eye.
    var tone: Tone {
        switch self {
        case .unknown, .movable: .plain
        case .immovable: .warning
        }
    }
}
