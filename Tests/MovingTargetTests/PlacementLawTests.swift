import FleetModel
import RelocateTesting
import Testing

@testable import MovingTarget

@Suite("The law of placement")
struct PlacementLawTests {
    @Test(
        "the law names every candidate of a fleet of any size, and a draw takes the host in whose part it lies",
        arguments: [20, 90, 300], DrawRule.allCases)
    func draws(hosts: Int, rule: DrawRule) throws {
        var maker = try FleetMaker(seed: UInt64(hosts), hosts: hosts, kinds: 5)
        let index = maker.index
        let (request, policy) = (try maker.request(), maker.policy(rule))
        let law = Placement.law(request, in: index, policy: policy)
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<20 {
            let decision = Placement.decide(request, in: index, policy: policy, using: &generator).decision
            #expect(law.candidates.count == decision.candidateCount)
            #expect(law.entropy == decision.entropy)
            var sum = 0.0
            let draw = try #require(decision.draw)
            let host = law.candidates.first { candidate in
                sum += candidate.probability
                return draw < sum
            }
            #expect(host?.host == decision.chosen)
        }
    }

    @Test("scores have a part in softmax alone, and in what stands in for it", arguments: DrawRule.allCases)
    func scores(rule: DrawRule) throws {
        var maker = try FleetMaker(seed: 3, hosts: 40, kinds: 5)
        var policy = maker.policy(rule)
        policy.placement.temperature = 0.2
        let request = try maker.request()
        #expect(Placement.law(request, in: maker.index, policy: policy).usesScores == (rule == .softmax))
        guard rule == .balanced else { return }
        policy.placement.temperature = 0.001
        #expect(Placement.law(request, in: maker.index, policy: policy).usesScores)
    }
}
