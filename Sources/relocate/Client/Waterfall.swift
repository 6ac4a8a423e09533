import FleetModel

/// The steps of a relocation as bars over time: where a step began and how long it took.
///
/// `=` is a step that succeeded, `x` one that failed, `~` one without an outcome. Every step has at least one character.
struct Waterfall: Sendable {
    /// How many characters the whole time takes.
    static let width = 32

    private let start: Timestamp
    private let milliseconds: Double

    /// The time from the first step's beginning to the last one's end.
    init(_ steps: [Step]) {
        let start = steps.map(\.startedAt).min() ?? Timestamp(milliseconds: 0)
        self.start = start
        let ends = steps.map { $0.startedAt.seconds(since: start) * 1000 + ($0.durationMilliseconds ?? 0) }
        milliseconds = max(ends.max() ?? 0, 1)
    }

    /// The bar of a step, with spaces before it.
    func bar(of step: Step) -> String {
        let from = step.startedAt.seconds(since: start) * 1000
        let first = min(column(of: from), Self.width - 1)
        let last = step.durationMilliseconds.map { column(of: from + $0) } ?? Self.width
        let length = max(min(last, Self.width) - first, 1)
        let character =
            switch step.state {
            case .succeeded: "="
            case .failed: "x"
            case .sent, .lost: "~"
            }
        return String(repeating: " ", count: first) + String(repeating: character, count: length)
    }

    private func column(of offset: Double) -> Int {
        Int((min(max(offset / milliseconds, 0), 1) * Double(Self.width)).rounded())
    }
}
