import Glibc
import Testing

@testable import AttackSimulation

@Suite("Where a line meets a mark")
struct CrossingTests {
    private let mark = Panel.Mark(value: 0.5, label: "half", meaning: "Half of all.")

    private func meeting(at x: [Double], _ y: [Double], isLogarithmic: Bool = false) throws -> PanelResult.Crossing {
        let panel = MadeUp.panel(at: x, isLogarithmic: isLogarithmic, marks: [mark])
        let result: PanelResult = MadeUp.result(panel, [y.map { MadeUp.estimate($0) }])
        return try #require(result.crossings.first)
    }

    @Test("is found between points by a straight line")
    func linear() throws {
        let crossing = try meeting(at: [0, 1, 2, 4], [0, 0.25, 0.75, 0.25])
        #expect(crossing.x == [1.5, 3])
        #expect(!crossing.isAlwaysAbove)
        #expect(crossing.series == "one" && crossing.mark == "half")
    }

    @Test("is found in the logarithm on a logarithmic axis")
    func logarithmic() throws {
        let crossing = try meeting(at: [1, 100], [0, 1], isLogarithmic: true)
        #expect(crossing.x.count == 1)
        #expect(abs(crossing.x[0] - 10) < 1e-9)
    }

    @Test("is a point's own place when the point is at the mark, and counts once")
    func atPoints() throws {
        #expect(try meeting(at: [1, 2, 3], [0, 0.5, 1]).x == [2])
        #expect(try meeting(at: [1, 2, 3], [1, 0.5, 0]).x == [2])
    }

    @Test("is nowhere for lines that are always above or always below")
    func nowhere() throws {
        let above = try meeting(at: [1, 2, 3], [0.9, 0.5, 0.6])
        #expect(above.x.isEmpty && above.isAlwaysAbove)
        let below = try meeting(at: [1, 2, 3], [0.1, 0.49, 0.2])
        #expect(below.x.isEmpty && !below.isAlwaysAbove)
    }

    @Test("is not looked for across a point without a value")
    func gaps() {
        let places: [(x: Double, y: Double?)] = [(1, 0), (2, nil), (3, 1)]
        let points = places.map { place in
            PanelResult.Point(
                series: "one", step: "\(place.x)", x: place.x, y: place.y.map { MadeUp.estimate($0) },
                outcome: MadeUp.outcome(survival: MadeUp.estimate(0)))
        }
        let crossing = Line(points).crossing(0.5, isLogarithmic: false)
        #expect(crossing?.places == [])
        #expect(crossing?.isAlwaysAbove == false)
        #expect(Line([]).crossing(0.5, isLogarithmic: false) == nil)
    }

    @Test("is looked for in lines alone")
    func bars() {
        var panel = MadeUp.panel(at: [1, 2], marks: [mark])
        panel.form = .table
        #expect(MadeUp.result(panel, [[MadeUp.estimate(0), MadeUp.estimate(1)]]).crossings.isEmpty)
    }
}
