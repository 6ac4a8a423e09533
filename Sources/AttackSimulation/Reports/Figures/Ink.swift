/// The colours of figures. A page into which a figure is put can set each by a custom property; alone a figure is light.
enum Ink: Hashable {
    case background, text, muted, grid
    /// A series, counted from 0.
    case series(Int)

    /// A paint as SVG has it.
    var paint: String {
        switch self {
        case .background: "var(--figure-background, #ffffff)"
        case .text: "var(--figure-ink, #222222)"
        case .muted: "var(--figure-muted, #5c5c5c)"
        case .grid: "var(--figure-grid, #dcdcdc)"
        case .series(let number):
            "var(--figure-series-\(number % Self.colours.count + 1), \(Self.colours[number % Self.colours.count]))"
        }
    }

    /// Colours that people with any kind of colour blindness can tell apart (Okabe and Ito), without the yellow that is hard
    /// to see on white.
    private static let colours = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#555555"]
}

/// How a series looks besides its colour, so that it can be told in grey.
struct SeriesStyle {
    let number: Int

    var ink: Ink { .series(number) }

    /// The dashes of its line, as SVG has them; `nil` for none.
    var dashes: String? {
        let dashes = [nil, "8 3", "2 3", "10 3 2 3", "5 3", "14 4", "2 2 6 2"]
        // Where colours begin anew dashes are others.
        return dashes[(number + number / dashes.count) % dashes.count]
    }

    /// The outline of its marker around a place.
    func marker(atX x: Double, y: Double, radius r: Double) -> [(x: Double, y: Double)]? {
        switch number % 7 {
        case 1: [(x - r, y - r), (x + r, y - r), (x + r, y + r), (x - r, y + r)]
        case 2: [(x, y - 1.25 * r), (x + 1.2 * r, y + r), (x - 1.2 * r, y + r)]
        case 3: [(x, y - 1.4 * r), (x + 1.4 * r, y), (x, y + 1.4 * r), (x - 1.4 * r, y)]
        case 4: [(x, y + 1.25 * r), (x + 1.2 * r, y - r), (x - 1.2 * r, y - r)]
        case 5:
            [
                (x - 0.6 * r, y - 1.4 * r), (x + 0.6 * r, y - 1.4 * r), (x + 0.6 * r, y + 1.4 * r),
                (x - 0.6 * r, y + 1.4 * r),
            ]
        case 6:
            [
                (x - 1.4 * r, y - 0.6 * r), (x + 1.4 * r, y - 0.6 * r), (x + 1.4 * r, y + 0.6 * r),
                (x - 1.4 * r, y + 0.6 * r),
            ]
        default: nil
        }
    }
}
