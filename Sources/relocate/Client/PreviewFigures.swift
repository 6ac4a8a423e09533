import FleetAPI

/// The figures of a preview, beside those of the present when there are changes.
struct PreviewFigures {
    let then: PolicyPreviewView
    let now: PolicyPreviewView?

    /// A row for each figure.
    var table: Table {
        let columns: [Table.Column] =
            now == nil ? [.words("Forecast"), .numbers("")] : [.words("Forecast"), .numbers("Now"), .numbers("Then")]
        return Table(
            columns: columns,
            rows: Self.figures.map { name, figure in
                let before = now.map { [Table.Cell(figure($0))] } ?? []
                return [Table.Cell(name)] + before + [Table.Cell(figure(then), .strong)]
            })
    }

    private typealias Figure = @Sendable (PolicyPreviewView) -> String?

    private static let figures: [(String, Figure)] = [
        ("mean stay", { span($0.forecast?.meanSeconds) ?? "for ever" }),
        ("shortest", { span($0.forecast?.minSeconds) }),
        ("half of them within", { span(quantile(0.5, of: $0)) }),
        ("95 % within", { span(quantile(0.95, of: $0)) }),
        ("longest", { $0.forecast?.meanSeconds == nil ? nil : span($0.forecast?.maxSeconds) ?? "no bound" }),
        ("unpredictability in nats", { $0.forecast?.entropyNats.map { Units.hundredths($0) } }),
        ("moves in an hour", { $0.forecast.map { Units.short($0.movesPerHour) } }),
        ("of all containers", { Units.short($0.fleetMovesPerHour) }),
        ("time paused", { $0.forecast.map { "\(Units.fixed($0.downtimeShare * 100, digits: 3)) %" } }),
    ]

    private static func span(_ seconds: Double?) -> String? {
        // Short stays are told to the tenth of a second: half a second is not none.
        seconds.map { $0 < 10 ? "\(Units.short($0))s" : Units.span(seconds: $0.rounded()) }
    }

    private static func quantile(_ share: Double, of view: PolicyPreviewView) -> Double? {
        view.forecast?.quantiles.first { abs($0.share - share) < 1e-9 }?.seconds
    }
}
