import FleetModel
import Glibc
import RelocateTesting
import Testing

@testable import MovingTarget

/// A fleet made at random, with a request for it.
struct FleetMaker {
    var profiles: ProfileMaker
    var hosts: [Host] = []
    var carried: [(tenant: TenantName, bytes: Int, host: HostName, isRefusing: Bool)] = []
    var costs: [HostName: Double] = [:]

    init(seed: UInt64, hosts count: Int, kinds: Int) throws {
        profiles = ProfileMaker(seed: seed)
        let kinds = (0..<kinds).map { _ in profiles.profile() }
        for number in 0..<count {
            var host = try Some.host(
                "h\(number)", state: number % 11 == 7 ? .cordoned : .ready, containers: profiles.number(2..<12),
                memoryBytes: profiles.number(1..<5) << 30)
            host.facts.profile = kinds[profiles.number(0..<kinds.count)]
            host.facts.processorFeatures = [["avx"], ["avx", "avx512"], []][profiles.number(0..<3)]
            hosts.append(host)
            costs[host.name] = Double(profiles.number(0..<9)) / 10
            for _ in 0..<profiles.number(0..<6) {
                carried.append(
                    (
                        try TenantName("t\(profiles.number(0..<6))"), profiles.number(1..<6) << 28, host.name,
                        profiles.number(0..<17) == 3
                    ))
            }
        }
    }

    var index: PlacementIndex {
        var index = PlacementIndex()
        for host in hosts { index.update(host: host) }
        for container in carried {
            index.add(.tenant(container.tenant), memoryBytes: container.bytes, on: container.host)
        }
        for host in hosts { index.setCost(costs[host.name] ?? 0, of: host.name) }
        for container in carried where container.isRefusing {
            index.setRefusing(true, .tenant(container.tenant), on: container.host)
        }
        return index
    }

    mutating func request() throws -> PlacementRequest {
        let tenants = try (0..<6).map { try TenantName("t\($0)") }
        let source = hosts[profiles.number(0..<hosts.count)].name
        return PlacementRequest(
            party: .tenant(tenants[profiles.number(0..<6)]), memoryBytes: profiles.number(0..<4) << 28, runtime: .runc,
            source: source, neverBeside: profiles.number(0..<2) == 0 ? [.tenant(tenants[5])] : [],
            besideImmovable: profiles.number(0..<4) == 0, isAlone: profiles.number(0..<4) == 0,
            suspects: profiles.number(0..<3) == 0 ? [.tenant(tenants[4])] : [],
            visits: [
                Residence(
                    container: try ContainerName("c"), tenant: tenants[0], host: source, arrivedAt: epoch,
                    leftAt: nil),
                Residence(
                    container: try ContainerName("c"), tenant: tenants[0], host: hosts[0].name,
                    arrivedAt: epoch.advanced(bySeconds: -500), leftAt: epoch),
            ],
            partySeconds: [.tenant(tenants[1]): 900, .tenant(tenants[2]): 0, .tenant(tenants[3]): 400],
            expectedStaySeconds: 300,
            busy: Set([hosts[profiles.number(0..<hosts.count)].name]), now: epoch.advanced(bySeconds: 200))
    }

    mutating func policy(_ rule: DrawRule) -> Policy {
        Policy(
            assumedAttackSeconds: 600,
            placement: PlacementRules(
                rule: rule, temperature: [0.05, 0.2, 1][profiles.number(0..<3)],
                entropyFloor: [0, 0.7, 0.85, 0.99][profiles.number(0..<4)],
                maxShareFactor: [1.2, 2.5, 100][profiles.number(0..<3)]))
    }
}

@Suite("Placement")
struct PlacementTests {
    @Test(
        "looking at hosts by kinds gives each host the same chance as looking at them one by one",
        arguments: DrawRule.allCases, 1...8 as ClosedRange<UInt64>)
    func bucketsAgree(rule: DrawRule, seed: UInt64) throws {
        var maker = try FleetMaker(seed: seed, hosts: 90, kinds: 5)
        let index = maker.index
        for _ in 0..<6 {
            let (request, policy) = (try maker.request(), maker.policy(rule))
            var single = Search(request, in: index, policy: policy, isInFull: true)
            var grouped = Search(request, in: index, policy: policy, isInFull: false)
            #expect(single.count == grouped.count)
            let all = single.outcome(draw: nil, .all)
            let byKind = grouped.outcome(draw: nil, .all)
            #expect(all.isTemporary == byKind.isTemporary)
            let chances = Dictionary(uniqueKeysWithValues: byKind.decision.candidates.map { ($0.host, $0) })
            #expect(chances.count == all.decision.candidates.count)
            for candidate in all.decision.candidates {
                let other = try #require(chances[candidate.host])
                #expect(abs(other.probability - candidate.probability) < 1e-9)
                #expect(abs(other.score - candidate.score) < 1e-9)
            }
            #expect(abs(all.decision.entropy - byKind.decision.entropy) < 1e-9)
        }
    }

    @Test(
        "probabilities add up, the entropy keeps its floor and no host gets more than its cap",
        arguments: [DrawRule.softmax, .roulette, .balanced, .uniform], 1...20 as ClosedRange<UInt64>)
    func bounds(rule: DrawRule, seed: UInt64) throws {
        var maker = try FleetMaker(seed: seed, hosts: Int(seed) * 3 + 3, kinds: 4)
        let (request, policy) = (try maker.request(), maker.policy(rule))
        let decision = Placement.probabilities(request, in: maker.index, policy: policy)
        guard decision.candidateCount > 0 else { return }
        let chances = decision.candidates.map(\.probability)
        #expect(abs(chances.reduce(0, +) - 1) < 1e-9)
        let even = log(Double(decision.candidateCount))
        #expect(decision.entropy >= policy.placement.entropyFloor * even - 1e-6)
        let cap = max(policy.placement.maxShareFactor, 1) / Double(decision.candidateCount)
        #expect(chances.allSatisfy { $0 >= 0 && $0 <= cap + 1e-9 })
    }

    @Test("no host is a candidate against which anything stands", arguments: 1...30 as ClosedRange<UInt64>)
    func feasible(seed: UInt64) throws {
        var maker = try FleetMaker(seed: seed, hosts: 40, kinds: 4)
        let (index, request) = (maker.index, try maker.request())
        let decision = Placement.probabilities(request, in: index, policy: maker.policy(.softmax))
        let source = try #require(maker.hosts.first { $0.name == request.source })
        for candidate in decision.candidates {
            let host = try #require(maker.hosts.first { $0.name == candidate.host })
            let carried = maker.carried.filter { $0.host == host.name }
            #expect(host.name != request.source && host.state == .ready && !request.busy.contains(host.name))
            #expect(carried.count < host.capacity.containers)
            #expect(carried.reduce(0) { $0 + $1.bytes } + request.memoryBytes <= host.capacity.memoryBytes)
            #expect(!carried.contains { request.neverBeside.contains(.tenant($0.tenant)) })
            #expect(!request.isAlone || carried.allSatisfy { .tenant($0.tenant) == request.party })
            #expect(
                request.besideImmovable || carried.allSatisfy { !$0.isRefusing || .tenant($0.tenant) == request.party })
            let (needed, there) = (Set(source.facts.processorFeatures), Set(host.facts.processorFeatures))
            #expect(needed.isEmpty || there.isEmpty || there.isSuperset(of: needed))
        }
        #expect(decision.candidateCount + decision.exclusionCount == maker.hosts.count)
        #expect(decision.exclusions.allSatisfy { !$0.reasons.isEmpty })
        let suspects = Set(maker.carried.filter { request.suspects.contains(.tenant($0.tenant)) }.map(\.host))
        let met = decision.candidates.count { suspects.contains($0.host) }
        #expect(met == 0 || met == decision.candidateCount)
    }

    @Test("hosts are drawn as often as their probabilities say", arguments: DrawRule.allCases)
    func frequencies(rule: DrawRule) throws {
        var maker = try FleetMaker(seed: 5, hosts: 24, kinds: 6)
        let (index, request) = (maker.index, try maker.request())
        let policy = Policy(placement: PlacementRules(rule: rule))
        let law = Placement.probabilities(request, in: index, policy: policy)
        let draws = 10_000
        var generator = SeededGenerator(seed: 77)
        var counts: [HostName: Int] = [:]
        for _ in 0..<draws {
            let outcome = Placement.decide(request, in: index, policy: policy, using: &generator)
            counts[try #require(outcome.decision.chosen), default: 0] += 1
        }
        let likely = law.candidates.filter { $0.probability > 0 }
        #expect(Set(counts.keys).isSubset(of: likely.map(\.host)))
        let statistic = likely.reduce(0.0) { sum, candidate in
            let expected = candidate.probability * Double(draws)
            let difference = Double(counts[candidate.host, default: 0]) - expected
            return sum + difference * difference / expected
        }
        // The mean of χ² is its degrees of freedom f, and its deviation √(2f).
        let freedom = Double(max(likely.count - 1, 1))
        #expect(statistic < freedom + 4 * (2 * freedom).squareRoot() + 4)
    }

    @Test("time beside tenants counts as a share of the worst of them, however short or long stays are (section 5.5)")
    func timeBesideTenants() throws {
        var index = PlacementIndex()
        let names = try (0..<5).map { try HostName("h\($0)") }
        for name in names { index.update(host: try Some.host(name.text, containers: 10, memoryBytes: 1 << 40)) }
        let (acme, worst, other, stranger) = try (
            Party.tenant(TenantName("acme")), Party.tenant(TenantName("worst")), Party.tenant(TenantName("other")),
            Party.tenant(TenantName("stranger"))
        )
        for (tenant, host) in [(worst, 1), (other, 2), (stranger, 3), (other, 4), (worst, 4)] {
            index.add(tenant, memoryBytes: 1, on: names[host])
        }
        for scale in [0.01, 1, 1000] {
            let request = PlacementRequest(
                party: acme, memoryBytes: 1, runtime: .runc, source: nil,
                partySeconds: [worst: 300 * scale, other: 100 * scale], expectedStaySeconds: 100 * scale, now: epoch)
            let decision = Placement.probabilities(request, in: index, policy: Policy())
            let terms = Dictionary(uniqueKeysWithValues: decision.candidates.map { ($0.host, $0.terms.tenants) })
            for (name, expected) in zip(names, [0, 1, 0.5, 1, 1]) {
                #expect(abs((terms[name] ?? .nan) - expected) < 1e-12, "\(name), \(scale)")
            }
            let chances = Dictionary(uniqueKeysWithValues: decision.candidates.map { ($0.host, $0.probability) })
            let order = [0, 2, 1].compactMap { chances[names[$0]] }
            #expect(zip(order, order.dropFirst()).allSatisfy { $0 > $1 }, "\(scale)")
        }
    }

    @Test(
        "an attacker who takes a new name for each container gains nothing: no host looks better with it than with any other",
        arguments: 1...60 as ClosedRange<UInt64>, [true, false])
    func freshNames(seed: UInt64, isInFull: Bool) throws {
        var maker = try FleetMaker(seed: seed, hosts: 60, kinds: 4)
        let known = try (0..<6).map { Party.tenant(try TenantName("t\($0)")) }
        var request = try maker.request()
        request.neverBeside = []
        request.suspects = []
        request.isAlone = false
        request.partySeconds = Dictionary(
            uniqueKeysWithValues: known.filter { $0 != request.party }.map {
                ($0, Double(maker.profiles.number(0..<1000)))
            })
        let own = request.party
        let strangers = maker.carried.indices.filter { .tenant(maker.carried[$0].tenant) != own }
        let renamed = try #require(strangers.randomElement(using: &maker.profiles.generator))
        let host = maker.carried[renamed].host
        func candidate(_ maker: FleetMaker) -> PlacementCandidate? {
            var search = Search(request, in: maker.index, policy: Policy(), isInFull: isInFull)
            return search.outcome(draw: nil, .all).decision.candidates.first { $0.host == host }
        }
        let before = candidate(maker)
        maker.carried[renamed].tenant = try TenantName("nobody-knows-me")
        let after = candidate(maker)
        #expect((before == nil) == (after == nil))
        guard let before, let after else { return }
        #expect(after.terms.tenants >= before.terms.tenants && after.terms.tenants == 1)
        #expect(after.score <= before.score && after.probability <= before.probability + 1e-12)
    }

    @Test("who was met for a moment once is as somebody whom nobody has seen before")
    func metOnce() throws {
        var index = PlacementIndex()
        let names = try (0..<3).map { try HostName("h\($0)") }
        for name in names { index.update(host: try Some.host(name.text, containers: 10, memoryBytes: 1 << 40)) }
        let (worst, once, fresh) = try (
            Party.tenant(TenantName("worst")), Party.tenant(TenantName("once")), Party.tenant(TenantName("fresh"))
        )
        for (party, host) in zip([worst, once, fresh], names) { index.add(party, memoryBytes: 1, on: host) }
        let request = PlacementRequest(
            party: .tenant(try TenantName("acme")), memoryBytes: 1, runtime: .runc,
            partySeconds: [worst: 800, once: 99], expectedStaySeconds: 100, now: epoch)
        let decision = Placement.probabilities(request, in: index, policy: Policy())
        #expect(decision.candidates.map(\.terms.tenants) == [1, 1, 1])
    }

    @Test("tenants of a group are one: none of them is a stranger to another, nor is whom one must not be beside")
    func groups() throws {
        var index = PlacementIndex()
        let names = try (0..<3).map { try HostName("h\($0)") }
        for name in names { index.update(host: try Some.host(name.text, containers: 10, memoryBytes: 1 << 40)) }
        let ring = Party.group(try TrustGroupName("ring"))
        // A tenant that calls itself as the group does is no member of it.
        let impostor = Party.tenant(try TenantName("ring"))
        index.add(ring, memoryBytes: 1, on: names[0])
        index.add(impostor, memoryBytes: 1, on: names[1])
        index.setRefusing(true, ring, on: names[0])
        var request = PlacementRequest(party: ring, memoryBytes: 1, runtime: .runc, isAlone: true, now: epoch)
        let alone = Placement.probabilities(request, in: index, policy: Policy())
        #expect(alone.candidates.map(\.host) == [names[0], names[2]])
        #expect(alone.candidates.map(\.terms.tenants) == [0, 0])
        request = PlacementRequest(
            party: .tenant(try TenantName("acme")), memoryBytes: 1, runtime: .runc, neverBeside: [ring],
            besideImmovable: true, now: epoch)
        let apart = Placement.probabilities(request, in: index, policy: Policy())
        #expect(apart.exclusions == [PlacementExclusion(host: names[0], reasons: [.neverBeside(ring)])])
        #expect(apart.exclusions.first?.reasons.first?.description.contains("group 'ring'") == true)
    }

    @Test("the chosen host follows from the recorded number", arguments: 1...10 as ClosedRange<UInt64>)
    func reproducible(seed: UInt64) throws {
        var maker = try FleetMaker(seed: seed, hosts: 30, kinds: 5)
        let (index, request) = (maker.index, try maker.request())
        var generator = SeededGenerator(seed: seed)
        let decision = Placement.decide(request, in: index, policy: Policy(), using: &generator).decision
        guard let draw = decision.draw else { return }
        var sum = 0.0
        let host = decision.candidates.first { candidate in
            sum += candidate.probability
            return draw < sum
        }
        #expect(host?.host == decision.chosen)
    }

    @Test("balanced moves visit every host equally often, and still prefer different ones")
    func balanced() throws {
        let maker = try FleetMaker(seed: 9, hosts: 30, kinds: 8)
        var index = PlacementIndex()
        var hosts = maker.hosts
        for number in hosts.indices {
            hosts[number].state = .ready
            hosts[number].facts.processorFeatures = []
            index.update(host: hosts[number])
        }
        func law(_ rule: DrawRule, from source: HostName) -> PlacementDecision {
            Placement.probabilities(
                PlacementRequest(party: nil, memoryBytes: 0, runtime: .runc, source: source, now: epoch), in: index,
                policy: Policy(
                    placement: PlacementRules(
                        rule: rule, temperature: 0.1, entropyFloor: 0, maxShareFactor: 1000,
                        terms: TermWeights(knowledge: 0, tenants: 0, load: 0, cost: 0))))
        }
        func difference(_ rule: DrawRule) -> Double {
            hosts.reduce(0) { sum, host in
                sum
                    + law(rule, from: host.name).candidates.reduce(0) {
                        $0 + $1.probability * ($1.terms.heterogeneity ?? 0) / Double(hosts.count)
                    }
            }
        }
        var arrivals: [HostName: Double] = [:]
        for host in hosts {
            let decision = law(.balanced, from: host.name)
            #expect(decision.warnings.isEmpty)
            for candidate in decision.candidates { arrivals[candidate.host, default: 0] += candidate.probability }
        }
        // The columns of a doubly stochastic law add up to 1, so the even law is its stationary one.
        #expect(arrivals.values.allSatisfy { abs($0 - 1) < 1e-4 })
        #expect(difference(.uniform) < difference(.balanced))
        #expect(difference(.balanced) <= difference(.softmax) + 1e-9)
        #expect(difference(.leastDifferent) < difference(.uniform))
        #expect(difference(.softmax) <= difference(.mostDifferent) + 1e-9)
    }

    @Test("a lower temperature chooses more different hosts and is less even (section 5.2)")
    func temperature() throws {
        var maker = try FleetMaker(seed: 4, hosts: 30, kinds: 10)
        let (index, request) = (maker.index, try maker.request())
        let laws = [0.05, 0.1, 0.2, 0.5].map { temperature in
            Placement.probabilities(
                request, in: index,
                policy: Policy(
                    placement: PlacementRules(temperature: temperature, entropyFloor: 0, maxShareFactor: 1000)))
        }
        #expect(zip(laws, laws.dropFirst()).allSatisfy { $0.entropy < $1.entropy })
        let scores = laws.map { $0.candidates.reduce(0) { $0 + $1.probability * $1.score } }
        #expect(zip(scores, scores.dropFirst()).allSatisfy { $0 > $1 })
    }

    @Test("what happened before in another order does not matter", arguments: 1...10 as ClosedRange<UInt64>)
    func orderOfUpdates(seed: UInt64) throws {
        var maker = try FleetMaker(seed: seed, hosts: 40, kinds: 4)
        let request = try maker.request()
        var generator = SeededGenerator(seed: seed)
        var index = PlacementIndex()
        // Containers first, hosts in any order and through other states, some removed and added again.
        for container in maker.carried.shuffled(using: &generator) {
            index.add(.tenant(container.tenant), memoryBytes: container.bytes, on: container.host)
        }
        for var host in maker.hosts.shuffled(using: &generator) {
            let present = host
            host.state = .draining
            host.facts.profile = HostProfile()
            index.update(host: host)
            index.update(host: present)
            let guest = try TenantName("guest")
            index.add(.tenant(guest), memoryBytes: 1 << 28, on: host.name)
            index.remove(.tenant(guest), memoryBytes: 1 << 28, from: host.name)
        }
        for container in maker.carried.shuffled(using: &generator) {
            index.setRefusing(true, .tenant(container.tenant), on: container.host)
            if !container.isRefusing { index.setRefusing(false, .tenant(container.tenant), on: container.host) }
        }
        for (host, cost) in maker.costs { index.setCost(cost, of: host) }
        let policy = Policy()
        for isInFull in [true, false] {
            var first = Search(request, in: index, policy: policy, isInFull: isInFull)
            var second = Search(request, in: maker.index, policy: policy, isInFull: isInFull)
            let outcomes = [first, second].map(\.count)
            #expect(outcomes[0] == outcomes[1])
            func chances(_ search: inout Search) -> [HostName: Double] {
                Dictionary(
                    uniqueKeysWithValues: search.outcome(draw: nil, .all).decision
                        .candidates.map { ($0.host, $0.probability) })
            }
            let (left, right) = (chances(&first), chances(&second))
            #expect(Set(left.keys) == Set(right.keys))
            #expect(left.allSatisfy { abs($0.value - (right[$0.key] ?? -1)) < 1e-9 })
        }
    }

    @Test("a request that only waits for others is told apart from one that cannot be met")
    func temporary() throws {
        var index = PlacementIndex()
        for name in ["a", "b", "c"] { index.update(host: try Some.host(name)) }
        var request = PlacementRequest(
            party: nil, memoryBytes: 0, runtime: .runc, source: try HostName("a"),
            busy: [try HostName("b"), try HostName("c")], now: epoch)
        var generator = SeededGenerator(seed: 1)
        let busy = Placement.decide(request, in: index, policy: Policy(), using: &generator)
        #expect(busy.decision.chosen == nil && busy.isTemporary)
        request.busy = []
        request.memoryBytes = 1 << 50
        let never = Placement.decide(request, in: index, policy: Policy(), using: &generator)
        #expect(never.decision.chosen == nil && !never.isTemporary)
        #expect(never.decision.exclusions.count == 3)
        request.memoryBytes = 0
        request.requested = try HostName("b")
        let wanted = Placement.decide(request, in: index, policy: Policy(), using: &generator)
        #expect(wanted.decision.chosen == (try HostName("b")))
        #expect(wanted.decision.exclusions.contains { $0.host.text == "c" && $0.reasons == [.notRequested] })
    }

    @Test("few hosts are warned of, and hosts of which nothing is known are drawn evenly")
    func warnings() throws {
        var index = PlacementIndex()
        for name in ["a", "b", "c"] { index.update(host: try Some.host(name)) }
        let decision = Placement.probabilities(
            PlacementRequest(party: nil, memoryBytes: 0, runtime: .runc, source: try HostName("a"), now: epoch),
            in: index, policy: Policy())
        #expect(decision.warnings.contains { $0.contains("one half") })
        #expect(decision.candidates.allSatisfy { $0.terms.heterogeneity == nil && abs($0.probability - 0.5) < 1e-9 })
    }
}
