import FleetModel
import RelocateTesting
import Testing

@testable import MovingTarget

@Suite("What is kept of a decision")
struct CandidateListingTests {
    @Test(
        "the likeliest and the least likely hosts and the one that was drawn, and how all are spread",
        arguments: DrawRule.allCases, 1...6 as ClosedRange<UInt64>)
    func ends(rule: DrawRule, seed: UInt64) throws {
        var maker = try FleetMaker(seed: seed, hosts: 90, kinds: 5)
        let index = maker.index
        var generator = SeededGenerator(seed: seed)
        for isInFull in [true, false] {
            let (request, policy) = (try maker.request(), maker.policy(rule))
            var search = Search(request, in: index, policy: policy, isInFull: isInFull)
            let draw = search.count > 0 ? Double.random(in: 0..<1, using: &generator) : nil
            let all = search.outcome(draw: draw, .all).decision
            let kept = search.outcome(draw: draw, .ends).decision
            #expect(kept.chosen == all.chosen)
            #expect(kept.candidateCount == all.candidates.count)
            #expect(all.spread == nil)
            guard all.candidateCount > 9 else {
                #expect(kept.candidates == all.candidates && kept.spread == nil)
                continue
            }
            // In the order of the draw, each once.
            #expect(kept.candidates == all.candidates.filter { kept.candidates.contains($0) })
            #expect((8...9).contains(kept.candidates.count))
            #expect(kept.candidates.contains { $0.host == kept.chosen })
            let chances = all.candidates.map(\.probability).sorted()
            #expect(kept.candidates.map(\.probability).sorted().prefix(2) == chances.prefix(2))
            #expect(kept.candidates.map(\.probability).max() == chances.last)
            let spread = try #require(kept.spread)
            #expect(spread.probability == Self.quantiles(chances))
            #expect(spread.score == Self.quantiles(all.candidates.map(\.score).sorted()))
        }
    }

    @Test("what stands against other hosts is named of the first of them only")
    func exclusions() throws {
        var maker = try FleetMaker(seed: 3, hosts: 90, kinds: 5)
        var request = try maker.request()
        request.requested = request.source
        var search = Search(request, in: maker.index, policy: Policy(), isInFull: true)
        let kept = search.outcome(draw: nil, .ends).decision
        #expect(kept.exclusionCount == 90)
        #expect(kept.exclusions.count == 16)
    }

    private static func quantiles(_ sorted: [Double]) -> Quantiles {
        func at(_ share: Double) -> Double { sorted[Int(share * Double(sorted.count - 1))] }
        return Quantiles(
            least: at(0), lowerQuarter: at(0.25), median: at(0.5), upperQuarter: at(0.75), greatest: at(1))
    }
}
