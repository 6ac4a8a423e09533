import FleetModel

/// How a word is to strike the eye. The word itself always says the same.
enum Tone: Sendable, Hashable {
    case plain, faint, strong, good, warning, bad

    /// The parameter of the escape sequence (ECMA-48, SGR); `nil` for none.
    fileprivate var parameter: String? {
        switch self {
        case .plain: nil
        case .faint: "2"
        case .strong: "1"
        case .good: "32"
        case .warning: "33"
        case .bad: "31"
        }
    }
}

/// Whether text is written in colours.
struct Style: Sendable, Hashable {
    /// Whether it is.
    var isColoured: Bool

    /// The text in its tone. Control characters, which could command the terminal, are shown as `?` first: names and
    /// messages come from elsewhere.
    func paint(_ text: String, _ tone: Tone) -> String {
        let safe = text.printable
        guard isColoured, let parameter = tone.parameter, !safe.isEmpty else { return safe }
        return "\u{1B}[\(parameter)m\(safe)\u{1B}[0m"
    }
}

extension String {
    /// The text in one line: spaces for line ends and tabs, `?` for other control characters.
    var printable: String {
        replacingControls { $0 == "\n" || $0 == "\t" || $0 == "\r" ? " " : "?" }
    }

    /// The text with its lines and tabs, and `?` for other control characters.
    var printableLines: String {
        replacingControls { $0 == "\n" || $0 == "\t" ? $0 : "?" }
    }

    private func replacingControls(_ replacement: (UnicodeScalar) -> UnicodeScalar) -> String {
        guard unicodeScalars.contains(where: \.isControl) else { return self }
        var result = UnicodeScalarView()
        for scalar in unicodeScalars { result.append(scalar.isControl ? replacement(scalar) : scalar) }
        return String(result)
    }
}

extension UnicodeScalar {
    /// C0, DEL and C1.
    fileprivate var isControl: Bool { properties.generalCategory == .control }
}

extension HostState {
    /// How the state is to strike the eye.
    var tone: Tone {
        switch self {
        case .ready: .good
        case .cordoned, .draining: .warning
        case .unreachable, .lost: .bad
        }
    }
}

extension ContainerState {
    /// How the state is to strike the eye.
    var tone: Tone {
        switch self {
        case .running: .good
        case .starting, .relocating, .stopping, .removing: .warning
        case .stopped, .stranded, .failed, .lost: .bad
        }
    }
}

extension RelocationState {
    /// How the state is to strike the eye.
    var tone: Tone {
        switch self {
        case .completed: .good
        case .queued, .running, .rollingBack, .cancelled: .warning
        case .failed, .rolledBack, .stranded, .lost: .bad
        }
    }
}

extension StepState {
    /// How the state is to strike the eye.
    var tone: Tone {
        switch self {
        case .succeeded: .plain
        case .sent: .warning
        case .failed, .lost: .bad
        }
    }
}
