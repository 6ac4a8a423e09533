import Glibc

/// A line through a series' points. Where a point has no value it is broken.
struct Line {
    /// Its pieces, each without a gap.
    let pieces: [[(x: Double, y: Double)]]

    init(_ points: [PanelResult.Point]) {
        var pieces: [[(x: Double, y: Double)]] = [[]]
        for point in points {
            if let x = point.x, let y = point.y?.value {
                pieces[pieces.count - 1].append((x, y))
            } else {
                pieces.append([])
            }
        }
        self.pieces = pieces.filter { !$0.isEmpty }
    }

    /// Where the line goes from below a value to it or above, or back; `nil` for a line without points.
    func crossing(_ value: Double, isLogarithmic: Bool) -> (places: [Double], isAlwaysAbove: Bool)? {
        guard !pieces.isEmpty else { return nil }
        var places: [Double] = []
        for piece in pieces {
            for (left, right) in zip(piece, piece.dropFirst()) where (left.y >= value) != (right.y >= value) {
                let share = (value - left.y) / (right.y - left.y)
                places.append(
                    isLogarithmic
                        ? exp(log(left.x) + share * (log(right.x) - log(left.x)))
                        : left.x + share * (right.x - left.x))
            }
        }
        return (places, pieces.allSatisfy { $0.allSatisfy { $0.y >= value } })
    }
}
