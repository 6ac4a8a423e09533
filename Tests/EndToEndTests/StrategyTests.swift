import FleetAPI
import FleetModel
import RelocateTesting
import Testing

extension EndToEnd {
    @Suite("Where containers go")
    struct Strategy {
        @Test("over sixty real moves hosts are chosen as often as the decisions say, and one connection sees them all")
        func frequencies() async throws {
            let lab = try TestLab.shared
            try await differ(lab)
            try await EchoScene.play("chooser", in: lab) { scene in
                var expected: [HostName: Double] = [:]
                var variance: [HostName: Double] = [:]
                var observed: [HostName: Double] = [:]
                for _ in 0..<60 {
                    let answer = try await lab.api.send(.post, "/v1/containers/\(scene.name)/relocate?wait=45", "{}")
                    let relocation = try answer.decode(Relocation.self)
                    #expect(relocation.state == .completed, "\(String(describing: relocation.failure))")
                    let detail = try await lab.api.send(.get, "/v1/relocations/\(relocation.id)")
                        .decode(RelocationView.self)
                    let decision = try #require(detail.decision)
                    #expect(decision.chosen == relocation.destination)
                    #expect(decision.entropy >= 0.85 * 0.6931471 - 1e-9, "the floor of a draw between two hosts")
                    for candidate in decision.candidates {
                        #expect(candidate.terms.heterogeneity != nil, "agents say enough of their hosts")
                        expected[candidate.host, default: 0] += candidate.probability
                        variance[candidate.host, default: 0] += candidate.probability * (1 - candidate.probability)
                    }
                    observed[try #require(relocation.destination), default: 0] += 1
                }
                #expect(expected.count == 3)
                for (host, count) in expected {
                    let z = (observed[host, default: 0] - count) / (variance[host] ?? 1).squareRoot()
                    #expect(abs(z) < 4, "\(host): \(observed[host, default: 0]) instead of \(count)")
                }
            }
            try await lab.api.setLabels([:], of: ["host1", "host2", "host3"])
        }

        /// Makes host3 very unlike the others, beyond what agents find out about hosts on one machine.
        private func differ(_ lab: TestLab) async throws {
            try await lab.api.setLabels(
                [
                    "profile.configuration.kernel": "5.10.0-28-amd64",
                    "profile.configuration.processor": "AuthenticAMD", "profile.network.zone": "far",
                ], of: ["host3"])
        }
    }
}

extension API {
    /// Gives hosts labels in place of those they have.
    fileprivate func setLabels(_ labels: [String: String], of hosts: [String]) async throws {
        let body = String(decoding: try FleetJSON.encode(["labels": labels]), as: UTF8.self)
        for host in hosts {
            let answer = try await send(.patch, "/v1/hosts/\(host)", body)
            guard answer.status == 200 else { throw Refused(status: answer.status, body: answer.body) }
        }
    }
}
